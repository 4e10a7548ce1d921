"""Follow-up: plans, scores, thresholds, diary, what is kept, what is due."""
