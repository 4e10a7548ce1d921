"""The nurses' console over real sockets, the real conversation and SQLite behind it; only session memory is a fake."""
