"""Exit statuses that scripts can trust."""

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
