"""End-to-end tests: real sockets, real stores, a real browser."""
