"""Protocol v1 over real sockets, with a conversation that follows simple orders."""
