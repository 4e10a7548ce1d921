"""Live session memory on plain Redis commands."""
