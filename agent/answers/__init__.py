"""Answers to open questions, written by the model from the hospital's own text and checked against it."""
