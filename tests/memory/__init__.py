"""Memory: the ports on the fake and on real servers, the checkpointer, the codec and encryption."""
