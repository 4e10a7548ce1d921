"""Due work, and the notices that come of it."""
