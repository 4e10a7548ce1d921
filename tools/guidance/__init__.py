"""Answers quoted from the hospital's own guide."""
