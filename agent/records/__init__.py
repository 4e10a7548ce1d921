"""Records in conversation: reports as the hospital released them, bills, and nothing interpreted ever."""
