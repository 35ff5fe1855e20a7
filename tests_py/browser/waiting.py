from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 15.0
STEP = 0.02


def eventually(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Returns as soon as the condition holds; fails when it has not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"It did not come true within {seconds} s."
        time.sleep(STEP)
