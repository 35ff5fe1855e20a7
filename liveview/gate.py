"""Where messages wait for the commit of the event that sends them (S3, S4).

A delivery is a function without arguments that queues one message. Outside an event it is called
at once; inside, from the handler's first session change on, it is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

Delivery = Callable[[], None]


class CommitGate:
    """Open until ``must_wait`` says that something was changed; opened again by a commit.

    ``event`` says which event its messages answer: a page and a number of its events.
    """

    def __init__(self, must_wait: Callable[[], bool], event: tuple[object, int | None]) -> None:
        self._must_wait = must_wait
        self._event = event
        self._kept: list[Delivery] = []

    def post(self, delivery: Delivery) -> None:
        """Deliver now, or after the commit: in the order in which they were posted."""
        if self._kept or self._must_wait():
            self._kept.append(delivery)
        else:
            delivery()

    def answers(self, page: object) -> int | None:
        """The event of ``page`` that a message sent now answers."""
        return self._event[1] if self._event[0] is page else None

    def open(self) -> None:
        """The commit is done: deliver what was kept."""
        kept, self._kept = self._kept, []
        for delivery in kept:
            delivery()

    def drop(self) -> None:
        """There was no commit: what depended on it is never seen."""
        self._kept = []


current_gate: ContextVar[CommitGate | None] = ContextVar("liveview_gate", default=None)


def answered_event(page: object) -> int | None:
    """The event of ``page`` that is running here, or ``None``."""
    gate = current_gate.get()
    return None if gate is None else gate.answers(page)


def post(delivery: Delivery) -> None:
    """Deliver through the gate of the event that is running here, if there is one."""
    gate = current_gate.get()
    if gate is None:
        delivery()
    else:
        gate.post(delivery)
