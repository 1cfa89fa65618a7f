"""The parts of ``python -m stress fuzz``."""
