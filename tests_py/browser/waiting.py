"""How long the tests wait."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

LONG = bool(os.environ.get("LIVEVIEW_LONG_TESTS"))  # the forms of tests that take minutes
SECONDS = 15.0
STEP = 0.02


def eventually(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Returns as soon as the condition holds; fails when it has not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"It did not come true within {seconds} s."
        time.sleep(STEP)
