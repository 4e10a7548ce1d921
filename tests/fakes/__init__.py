"""Hand-written fakes of our own ports; each passes the contract tests of the real thing."""
