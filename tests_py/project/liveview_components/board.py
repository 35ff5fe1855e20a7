from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from liveview import liveview_handler, send
from liveview.consumers import LiveViewConsumer

from ..gates import Gate


@liveview_handler("draw_board")
def draw_board(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    """Draws all fields of the board anew, with the values of the button's data.

    With a gate in the data it waits there first, so that a test can type before the answer.
    """
    if gate := content["data"].get("gate"):
        Gate(settings.DIRECTORY, gate).hold()
    html = render_to_string("project/board_fields.html", {"fields": content["data"]})
    send(consumer, {"target": "#board", "html": html})
