"""The embedded hospital: a real booking system on SQLite or PostgreSQL."""
