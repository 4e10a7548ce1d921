"""The web widget in a real Chromium, against a scripted server and against the real one."""
