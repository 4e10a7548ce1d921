"""Revisions of the embedded hospital's schema, oldest first."""
