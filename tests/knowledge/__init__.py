"""The knowledge pack: strict loading, the rule language, the checks."""
