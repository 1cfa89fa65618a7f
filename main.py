"""Starts initviz."""

from initviz.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
