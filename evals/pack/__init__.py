"""What a hospital does with a pack before it puts it to work: check it, and compare it with another."""
