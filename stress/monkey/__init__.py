"""Random actions upon the real window, thousands of them, while it trains: the monkey test."""

from stress.monkey.command import parser, run

__all__ = ["parser", "run"]
