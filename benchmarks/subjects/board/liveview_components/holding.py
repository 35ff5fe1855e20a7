from time import sleep

from liveview import liveview_handler
from liveview.connections import send


@liveview_handler("hold")
def hold(consumer, content):
    sleep(float(content["data"]["seconds"]))
    send(consumer, {"target": "#held", "html": "<b>done</b>"})


@liveview_handler("hold_session")
def hold_session(consumer, content):
    session = consumer.scope["session"]
    session["held"] = session.get("held", 0) + 1
    sleep(float(content["data"]["seconds"]))
    session.save()
    send(consumer, {"target": "#held", "html": f"<b>{session['held']}</b>"})
