"""Tests of the prompts and of what is handed over beside them."""
