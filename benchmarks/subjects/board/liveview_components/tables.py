from typing import Any

from django.utils.html import format_html, format_html_join

from liveview import liveview_handler
from liveview.connections import send

ROW = '<tr id="order-{}"><td>{}</td><td>Customer number {}</td><td>{}</td></tr>\n'


@liveview_handler("show_orders")
def show_orders(consumer: Any, content: dict[str, Any]) -> None:
    changed = content["data"]["amount"]
    rows = ((n, n, n, changed if n == 200 else "19.90") for n in range(1, 451))
    html = format_html("<table>{}</table>", format_html_join("", ROW, rows))
    send(consumer, {"target": "#orders", "html": html})
