"""Exit statuses that scripts can trust."""

DONE, FAILED, BAD_INPUT, UNEXPECTED, INTERRUPTED, ENDED = 0, 1, 2, 70, 130, 143
"""Interrupted is by Ctrl+C, ended by SIGTERM, as shells count them (128 and the signal).

Unexpected is an error of initviz itself: the log has the report (70 is EX_SOFTWARE).
"""


class BadInputError(Exception):
    """What the user asked for cannot be done; the message says what to write instead."""
