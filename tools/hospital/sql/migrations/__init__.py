"""The embedded hospital's revisions; the environment is `archive.migrations`."""
