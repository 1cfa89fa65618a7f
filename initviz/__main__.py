"""``python -m initviz`` is the same as the command ``initviz``."""

from initviz.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
