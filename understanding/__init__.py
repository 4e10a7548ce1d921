"""Lay Chinese to an `Understanding`; pure functions over the knowledge pack."""
