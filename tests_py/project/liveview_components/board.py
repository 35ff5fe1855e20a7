from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from liveview import liveview_handler, send
from liveview.consumers import LiveViewConsumer


@liveview_handler("draw_board")
def draw_board(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    """Draws all fields of the board anew, with the values of the button's data."""
    html = render_to_string("project/board_fields.html", {"fields": content["data"]})
    send(consumer, {"target": "#board", "html": html})
