"""What is kept of follow-up: care plans, tasks, responses, alerts, diary, reminders."""
