"""Whole conversations through the graph."""
