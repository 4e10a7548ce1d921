"""What the conversation hands to people: the visit summary, the hand-over briefing, and a long session in short."""
