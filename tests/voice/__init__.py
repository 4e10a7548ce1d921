"""Hearing, turn-taking and speaking."""
