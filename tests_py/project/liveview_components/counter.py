from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from liveview import liveview_handler, send
from liveview.consumers import LiveViewConsumer


@liveview_handler("add_one")
def add_one(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    session = consumer.scope["session"]
    session["count"] = session.get("count", 0) + 1
    html = render_to_string("project/count.html", {"count": session["count"]})
    send(consumer, {"target": "#count", "html": html})


@liveview_handler("add_one_async")
async def add_one_async(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    session = consumer.scope["session"]
    count = await session.aget("count", 0) + 1
    await session.aset("count", count)
    send(consumer, {"target": "#count", "html": f"<b>{count}</b>"})
