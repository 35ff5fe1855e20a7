"""``{% load liveview %}``"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from liveview.rooms import new_room, sign_room
from liveview.sessions.marks import ensure_identity

register = template.Library()

SCRIPT = "liveview/liveview.min.js"
DEFAULT_PATH = "/ws/liveview/"


@register.simple_tag
def liveview_room_uuid() -> str:
    """A room of one's own, a new one each time: 32 hexadecimal digits."""
    return new_room()


@register.simple_tag
def liveview_room(name: str) -> str:
    """The signed name of a room that several visitors share."""
    return sign_room(name)


@register.simple_tag(takes_context=True)
def liveview_scripts(
    context: Context, path: str = DEFAULT_PATH, session: bool = True
) -> SafeString:
    """The script, and a session for a first visitor.

    ``path`` is that of the socket, up to the room. ``session=False`` sets no cookie: for cached
    pages, and before a consent; such a visitor's changes to the session are lost with the page.
    """
    request = context.get("request")
    if request is not None:
        request.liveview_session = session
        if session and hasattr(request, "session"):
            ensure_identity(request.session)
    return format_html(
        '<script src="{}" data-liveview-path="{}"{} defer></script>',
        static(SCRIPT),
        path,
        _nonce_attribute(context, request),
    )


def _nonce_attribute(context: Context, request: Any) -> SafeString:
    """Of django-csp (``request.csp_nonce``) or Django 6 (``csp_nonce`` in the context)."""
    nonce = context.get("csp_nonce") or getattr(request, "csp_nonce", None)
    return format_html(' nonce="{}"', nonce) if nonce else SafeString("")
