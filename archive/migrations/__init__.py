"""Alembic's environment, shared by every database of banyi, and the archive's revisions."""
