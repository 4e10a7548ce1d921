"""Settings, logs, metrics, server and command line."""
