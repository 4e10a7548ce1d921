"""Due work: what is to be done at its time, whoever is talking. Each kind has one handler."""
