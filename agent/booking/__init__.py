"""Booking in conversation: find a slot, hold it, say who it is for, review, confirm; or cancel."""
