"""What may never be said; pure."""
