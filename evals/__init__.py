"""Evaluations a hospital runs before it changes its pack or its model."""
