"""Handlers that do on purpose what goes wrong by accident elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from liveview import liveview_handler, send
from liveview.consumers import LiveViewConsumer

from ..gates import Gate

Content = dict[str, Any]


def show(consumer: LiveViewConsumer, target: str, text: str) -> None:
    send(consumer, {"target": target, "html": text})


def gate_of(content: Content) -> Gate:
    return Gate(settings.DIRECTORY, content["data"]["gate"])


def count_up(consumer: LiveViewConsumer) -> int:
    session = consumer.scope["session"]
    session["count"] = session.get("count", 0) + 1
    return int(session["count"])


@liveview_handler("echo")
def echo(consumer: LiveViewConsumer, content: Content) -> None:
    send(consumer, {"event": "echo", "eventData": json.loads(json.dumps(content))})


@liveview_handler("change_and_fail")
def change_and_fail(consumer: LiveViewConsumer, content: Content) -> None:
    show(consumer, "#before", "left before the change")
    show(consumer, "#after", str(count_up(consumer)))
    raise RuntimeError("the card was declined")


@liveview_handler("change_and_hold")
def change_and_hold(consumer: LiveViewConsumer, content: Content) -> None:
    """Changes the session, waits at the gate with the change at hand, then ends."""
    show(consumer, "#before", "left before the change")
    count = count_up(consumer)
    show(consumer, "#after", str(count))
    gate_of(content).hold()


@liveview_handler("hold")
def hold(consumer: LiveViewConsumer, content: Content) -> None:
    """Waits at the gate without touching the session."""
    gate_of(content).hold()
    show(consumer, "#after", "held")


@liveview_handler("hold_async")
async def hold_async(consumer: LiveViewConsumer, content: Content) -> None:
    await gate_of(content).ahold()
    show(consumer, "#after", "held")


@liveview_handler("count_in_steps")
def count_in_steps(consumer: LiveViewConsumer, content: Content) -> Iterator[None]:
    """Commits before the gate and once more after it."""
    show(consumer, "#before", str(count_up(consumer)))
    yield
    gate_of(content).hold()
    show(consumer, "#after", str(count_up(consumer)))
