"""A gate holds a handler or a view until the test opens it, also across processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

SECONDS = 30.0
STEP = 0.01


class Gate:
    """Two files in the server's directory: one says "somebody waits here", one says "go on"."""

    def __init__(self, directory: Path, name: str) -> None:
        self.directory = directory
        self.name = name
        self._entered = directory / f"{name}.entered"
        self._opened = directory / f"{name}.open"

    def hold(self) -> None:
        self._entered.touch()
        for _ in self._until(self._opened):
            time.sleep(STEP)

    async def ahold(self) -> None:
        self._entered.touch()
        for _ in self._until(self._opened):
            await asyncio.sleep(STEP)

    def wait_entered(self) -> None:
        for _ in self._until(self._entered):
            time.sleep(STEP)

    def open(self) -> None:
        self._opened.touch()

    def _until(self, file: Path) -> Iterator[None]:
        end = time.monotonic() + SECONDS
        while not file.exists():
            if time.monotonic() > end:
                raise TimeoutError(f"Gate {self.name!r}: no {file.name} within {SECONDS} s.")
            yield
