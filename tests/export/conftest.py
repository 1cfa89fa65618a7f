"""Pictures are drawn on a screen that nobody sees."""

import os

from tests.tidy import tidy  # noqa: F401

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
