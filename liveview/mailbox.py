"""The way from any thread to an event loop.

``call_soon_threadsafe`` writes to a pipe each time. A handler that sends and returns has several
things to say in a row: here only the first of them wakes the loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

logger = logging.getLogger("liveview")

Letter = Callable[[], None]


class Mailbox:
    """Calls functions on one loop, in the order in which they were posted."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._wake = loop.call_soon_threadsafe
        self._letters: deque[Letter] = deque()
        self._is_awake = False

    def post(self, letter: Letter) -> None:
        """Call ``letter`` on the loop, soon; from any thread. A loop that has ended calls none."""
        self._letters.append(letter)
        if self._is_awake:
            return
        self._is_awake = True
        try:
            self._wake(self._open)
        except RuntimeError:
            logger.debug("The loop has ended before everything was said.")

    def _open(self) -> None:
        # First, so that who posts from here on either finds us reading or wakes us again.
        self._is_awake = False
        while self._letters:
            letter = self._letters.popleft()
            try:
                letter()
            except Exception:
                logger.exception("%r failed on the loop.", letter)


_mailboxes: WeakKeyDictionary[asyncio.AbstractEventLoop, Mailbox] = WeakKeyDictionary()


def mailbox_of(loop: asyncio.AbstractEventLoop) -> Mailbox:
    """The mailbox of the running loop."""
    mailbox = _mailboxes.get(loop)
    if mailbox is None:
        mailbox = _mailboxes[loop] = Mailbox(loop)
    return mailbox


def runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the caller is on that loop."""
    return asyncio._get_running_loop() is loop


def runs_on_a_loop() -> bool:
    """Whether the caller is on any loop, where nothing may wait."""
    return asyncio._get_running_loop() is not None
