"""The triage engine: inquiry, disposition, departments, the case."""
