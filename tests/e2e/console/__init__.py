"""The nurses' console in real Chromium, on a running service."""
