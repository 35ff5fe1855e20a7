from itertools import count as numbers
from typing import Any

from liveview import liveview_handler
from liveview.connections import send

clicks = numbers(1)


@liveview_handler("count")
def count(consumer: Any, content: dict[str, Any]) -> None:
    send(consumer, {"target": "#count", "html": f"<b>{next(clicks)}</b>"})


@liveview_handler("count_async")
async def count_async(consumer: Any, content: dict[str, Any]) -> None:
    send(consumer, {"target": "#count", "html": f"<b>{next(clicks)}</b>"})


@liveview_handler("count_in_session")
def count_in_session(consumer: Any, content: dict[str, Any]) -> None:
    session = consumer.scope["session"]
    session["count"] = session.get("count", 0) + 1
    send(consumer, {"target": "#count", "html": f"<b>{session['count']}</b>"})


@liveview_handler("count_and_save")
def count_and_save(consumer: Any, content: dict[str, Any]) -> None:
    session = consumer.scope["session"]
    session["count"] = session.get("count", 0) + 1
    session.save()
    send(consumer, {"target": "#count", "html": f"<b>{session['count']}</b>"})


@liveview_handler("announce")
def announce(consumer: Any, content: dict[str, Any]) -> None:
    send(consumer, {"target": "#news", "html": f"<p>{next(clicks)}</p>"}, broadcast=True)
