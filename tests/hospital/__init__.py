"""Booking and identity: the hospital's ports by contract, the embedded hospital, the functions on top."""
