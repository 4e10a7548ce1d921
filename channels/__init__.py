"""Ways in: HTTP and WebSocket, protocol v1."""
