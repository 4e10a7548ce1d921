"""Tests of what may be said and of what patients try to make the agent do."""
