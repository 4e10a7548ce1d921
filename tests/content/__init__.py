"""Tests of the words banyi says: fixed texts, guide, demo hospital."""
