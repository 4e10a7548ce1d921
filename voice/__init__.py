"""The voice loop: hearing, turn-taking and speaking round the same conversation that text has."""
