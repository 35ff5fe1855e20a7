"""The counter: a number in the session."""

from typing import Any

from django.template.loader import render_to_string

from liveview import liveview_handler, send
from liveview.consumers import LiveViewConsumer

STEPS = {"forward": 1, "back": -1}


@liveview_handler("change_counter")
def change_counter(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    """Count one sheet forward or back. Below zero there is no paper."""
    session = consumer.scope["session"]
    step = STEPS[content["data"]["step"]]
    session["counter"] = max(0, session.get("counter", 0) + step)
    show_counter(consumer, session["counter"])


@liveview_handler("reset_counter")
def reset_counter(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    """Start again at zero."""
    consumer.scope["session"]["counter"] = 0
    show_counter(consumer, 0)


def show_counter(consumer: LiveViewConsumer, count: int) -> None:
    """Put the number on the page."""
    html = render_to_string("studio/fragments/count.html", {"count": count})
    send(consumer, {"target": "#count", "html": html})
