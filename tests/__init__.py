"""Tests of banyi."""
