"""What tries to break initviz, on purpose and repeatably: ``python -m stress``."""
