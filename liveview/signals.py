"""What Django tells us: requests that ended a session, and logins where there can be none."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out

from liveview.connections import publish_end
from liveview.gate import current_gate
from liveview.sessions.event import refuse

logger = logging.getLogger("liveview")


def connect_signals() -> None:
    """Called once, when the app is ready."""
    user_logged_in.connect(_on_login, dispatch_uid="liveview.login")
    user_logged_out.connect(_on_logout, dispatch_uid="liveview.logout")


def end_with(request: Any, session_key: str) -> None:
    """This request leaves a session behind: tell its pages, when the response has gone out.

    A page that comes back before the browser has the new cookie would come back as a stranger.
    Under ASGI a view runs in a task of its own, whose context variables are gone by then; what
    Django keeps is the request, to close it.
    """
    left = request.__dict__.setdefault("_liveview_left", set())
    if not left:
        request.close = _Closing(request.close, left)
    left.add(session_key)


class _Closing:
    """Closes a request, and then tells the pages of the sessions that it has left."""

    def __init__(self, close: Any, left: set[str]) -> None:
        self._close = close
        self._left = left

    def __call__(self) -> None:
        self._close()
        for session_key in self._left:
            try:
                publish_end(session_key)
            except Exception:  # Django would not say it
                logger.exception("The pages of an ended session could not be told.")


def _on_login(**kwargs: Any) -> None:
    if current_gate.get() is not None:
        refuse("login()")


def _on_logout(request: Any = None, **kwargs: Any) -> None:
    if current_gate.get() is not None:
        refuse("logout()")
    key = getattr(getattr(request, "session", None), "session_key", None)
    if key is not None:
        end_with(request, key)
