"""The archive: its ports by contract, its database, its chain, its schema."""
