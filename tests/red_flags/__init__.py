"""The emergency screen over the real pack: wordings, scope, changes that must not lower, time."""
