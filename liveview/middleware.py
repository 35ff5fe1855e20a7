"""Django's session middleware with a store that merges by key (S5), and cookies for pages that
use sockets (S6)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse

from liveview.sessions.engines import merging_store
from liveview.sessions.marks import ensure_identity
from liveview.signals import end_with

SCRIPT = b"liveview/liveview"


class SessionMiddleware(DjangoSessionMiddleware):
    """Stands in ``MIDDLEWARE`` where ``django.contrib.sessions.middleware.SessionMiddleware`` did.

    A view that saves the session writes the keys that it changed: what a handler has committed
    meanwhile stays. A page that loads our script gives its visitor a session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        self.SessionStore = merging_store()

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.on_left = partial(end_with, request)  # type: ignore[attr-defined]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(request, "liveview_session", True) and _loads_our_script(response):
            ensure_identity(request.session)
        return super().process_response(request, response)


def _loads_our_script(response: HttpResponse) -> bool:
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return False
    return SCRIPT in response.content
