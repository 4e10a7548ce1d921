"""Following up: when it is due, what is asked next, what the answers come to. Pure, but for enrolment."""
