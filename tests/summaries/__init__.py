"""What the conversation hands to people: quotes that stand, sections, and nothing concluded."""
