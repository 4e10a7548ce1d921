"""The knowledge pack: what the hospital's staff read, edit and sign, and its strict loader."""
