"""The durable record in SQL: transcripts, decisions, consents, hand-offs, audit, keys."""
