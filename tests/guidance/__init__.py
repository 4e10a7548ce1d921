"""Tests of the search over the hospital guide."""
