"""What the agent can do: typed functions over ports."""
