"""What the command line's exit code says to a scheduler."""

DONE = 0  # made, or nothing had changed
FAILED = 1  # a report failed
BAD_PARAMETERS = 2
BAD_INPUTS = 3
LOCKED = 4
SOME_FAILED = 5  # some of several
INTERRUPTED = 130
