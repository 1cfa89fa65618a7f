"""Exit statuses that scripts can trust."""

DONE, FAILED, BAD_INPUT, UNEXPECTED, INTERRUPTED = 0, 1, 2, 70, 130
"""Unexpected is an error of initviz itself: the log has the report (70 is EX_SOFTWARE)."""


class BadInputError(Exception):
    """What the user asked for cannot be done; the message says what to write instead."""
