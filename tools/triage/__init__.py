"""The clinical engine: red flags, inquiry, disposition, departments."""
