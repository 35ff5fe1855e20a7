"""What Django tells us: requests that ended a session, and logins where there can be none."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.signals import request_finished

from liveview.connections import publish_end
from liveview.gate import current_gate
from liveview.sessions.endings import note_left, take_left
from liveview.sessions.event import refuse


def connect_signals() -> None:
    """Called once, when the app is ready."""
    user_logged_in.connect(_on_login, dispatch_uid="liveview.login")
    user_logged_out.connect(_on_logout, dispatch_uid="liveview.logout")
    request_finished.connect(_on_request_finished, dispatch_uid="liveview.request_finished")


def _on_login(**kwargs: Any) -> None:
    if current_gate.get() is not None:
        refuse("login()")


def _on_logout(request: Any = None, **kwargs: Any) -> None:
    if current_gate.get() is not None:
        refuse("logout()")
    key = getattr(getattr(request, "session", None), "session_key", None)
    if key is not None:
        note_left(key)


def _on_request_finished(**kwargs: Any) -> None:
    for key in take_left():
        publish_end(key)
