"""The conversation: one turn is one complete graph run."""
