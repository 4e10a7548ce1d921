"""A follow-up in conversation: opening it, hearing the answers, what they come to, the diary, stopping."""
