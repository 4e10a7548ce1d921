"""The model behind the agent, on a server of our own that speaks Ollama's wire format."""
