from time import sleep
from typing import Any

from liveview import liveview_handler
from liveview.connections import send


@liveview_handler("hold")
def hold(consumer: Any, content: dict[str, Any]) -> None:
    sleep(float(content["data"]["seconds"]))
    send(consumer, {"target": "#held", "html": "<b>done</b>"})


@liveview_handler("hold_session")
def hold_session(consumer: Any, content: dict[str, Any]) -> None:
    session = consumer.scope["session"]
    session["held"] = session.get("held", 0) + 1
    sleep(float(content["data"]["seconds"]))
    session.save()
    send(consumer, {"target": "#held", "html": f"<b>{session['held']}</b>"})
