"""A module for each command, with ``parser()`` and ``run(options)``."""
