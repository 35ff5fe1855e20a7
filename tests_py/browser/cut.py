"""What the proxy records, and the cut that a test arms."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

Message = dict[str, Any]
Matches = Callable[[Message], bool]

SECONDS = 15.0


class Way(Enum):
    UP = "from the browser to the server"
    DOWN = "from the server to the browser"


@dataclass(frozen=True)
class Recorded:
    """One message that the proxy has received; `connection` counts the WebSockets from 1."""

    way: Way
    connection: int
    message: Message
    size: int


def is_event(message: Message) -> bool:
    return "function" in message


def is_answer(message: Message) -> bool:
    return "ack" in message


class Cut:
    """An armed cut. It happens once, at the first message that matches."""

    def __init__(self, way: Way, matches: Matches, then_refuse: bool) -> None:
        self.way = way
        self.then_refuse = then_refuse
        self._matches = matches
        self._done = threading.Event()

    def hits(self, way: Way, message: Message) -> bool:
        return way is self.way and not self._done.is_set() and self._matches(message)

    def finish(self) -> None:
        self._done.set()

    def wait(self) -> None:
        """Returns when the cut has happened."""
        if not self._done.wait(SECONDS):
            raise TimeoutError(f"No message {self.way.value} matched the cut in {SECONDS} s.")
