"""URL patterns of the socket. Can be imported before ``django.setup()``."""

from __future__ import annotations

from typing import Any

from django.urls import path

DEFAULT_ROUTE = "ws/liveview/<str:room_name>/"


def get_liveview_path(route: str = DEFAULT_ROUTE) -> Any:
    """The socket's URL pattern under a route of one's own; it must capture ``room_name``."""
    return path(route, _application)  # type: ignore[arg-type]  # an application, not a view


def get_liveview_urlpatterns() -> list[Any]:
    """URL patterns for Channels' ``URLRouter``: ``ws/liveview/<room>/``."""
    return [get_liveview_path()]


async def _application(scope: Any, receive: Any, send: Any) -> None:
    from liveview.consumers import LiveViewConsumer  # needs the apps to be loaded

    await LiveViewConsumer.as_asgi()(scope, receive, send)
