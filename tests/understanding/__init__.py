"""Reading lay Chinese, function by function and whole."""
