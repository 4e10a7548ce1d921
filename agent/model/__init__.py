"""The model behind the agent: hosts, what they can do, and how long anybody waits for them."""
