"""The one place that reads settings, chooses adapters and starts things."""
