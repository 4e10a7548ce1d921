"""The nurses' console: sign-in, inbox, takeover, review; HTTP calls and one WebSocket."""
