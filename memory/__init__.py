"""Live session memory on Redis or Valkey: checkpoints, events, journal, locks, limits; values encrypted."""
