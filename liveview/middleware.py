"""Django's session middleware with a store that merges by key (S5), and cookies for pages that
use sockets (S6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse

from liveview import conf
from liveview.hub import current_hub
from liveview.sessions.endings import session_group
from liveview.sessions.engines import merging_store
from liveview.sessions.locks import SessionLock
from liveview.sessions.marks import ensure_identity
from liveview.signals import end_with

SCRIPT = b"liveview/liveview"
ARRIVAL_SECONDS = 0.01  # the event has been sent, on another connection than the request
HANDLERS_FIRST_SECONDS = 0.25


class SessionMiddleware(DjangoSessionMiddleware):
    """Stands in ``MIDDLEWARE`` where ``django.contrib.sessions.middleware.SessionMiddleware`` did.

    A view that saves the session writes the keys that it changed: what a handler has committed
    meanwhile stays. A page that loads our script gives its visitor a session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        self.SessionStore = merging_store()

    async def __acall__(self, request: HttpRequest) -> Any:
        session_key = request.COOKIES.get(conf.django_setting("SESSION_COOKIE_NAME"))
        if session_key:
            await _let_handlers_pass(session_key)
        return await super().__acall__(request)

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.on_left = partial(end_with, request)  # type: ignore[attr-defined]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(request, "liveview_session", True) and _loads_our_script(response):
            ensure_identity(request.session)
        return super().process_response(request, response)


async def _let_handlers_pass(session_key: str) -> None:
    """Who leaves a page, or loads it anew, sends what was typed last a moment before: the next
    page is to show it. Only for visitors with a page that is open; nobody else waits."""
    if current_hub().has_members(session_group(session_key)):
        await asyncio.sleep(ARRIVAL_SECONDS)
        await SessionLock(session_key).let_pass(HANDLERS_FIRST_SECONDS)


def _loads_our_script(response: HttpResponse) -> bool:
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return False
    return SCRIPT in response.content
