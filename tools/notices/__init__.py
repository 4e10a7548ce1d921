"""Ways a notice reaches a patient, each safe to repeat."""
