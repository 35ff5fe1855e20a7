"""The one place where settings are read. Defaults and kinds of ``LIVEVIEW``, one row each."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from math import inf
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

DEFAULTS: dict[str, Any] = {
    "ALLOWED_ORIGINS": None,
    "PAGE_SECONDS": 60,
    "POOL_IDLE_SECONDS": 10,
    "SESSION_LOCK": "auto",
    "SESSION_LOCK_SECONDS": 10,
    "SESSION_PAGES": 20,
    "SESSION_WAITING_THREADS": 2,
    "THREADS": 8,
    "UNSEEN_CHARACTERS": 1_000_000,
    "UNSIGNED_ROOMS": False,
}

REDIS_LAYER = "channels_redis."
REDIS_URL = re.compile(r"(redis|rediss|unix)://\S+")
ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]*://[^/\sA-Z]+"
)  # as a browser writes it: no path, no capitals


class Kind(NamedTuple):
    """What the values of a setting are: in words, and as a test."""

    words: str
    fits: Callable[[Any], bool]


def _is_whole(value: Any) -> bool:
    return type(value) is int  # True is none


def _is_lock(value: Any) -> bool:
    return value in (None, "auto") or (isinstance(value, str) and bool(REDIS_URL.fullmatch(value)))


def _are_origins(value: Any) -> bool:
    if not isinstance(value, (list, tuple, set, frozenset)):
        return value is None
    return all(isinstance(one, str) and ORIGIN.fullmatch(one) for one in value)


COUNT = Kind("a whole number, 0 or more", lambda value: _is_whole(value) and value >= 0)
AMOUNT = Kind("a whole number, 1 or more", lambda value: _is_whole(value) and value >= 1)
SECONDS = Kind(
    "a number of seconds above 0",
    lambda value: type(value) in (int, float) and 0 < value < inf,
)
SWITCH = Kind("True or False", lambda value: isinstance(value, bool))
LOCK = Kind('"auto", None, or a URL such as "redis://localhost:6379"', _is_lock)
ORIGINS = Kind('None, or a list of origins such as "https://shop.example.org"', _are_origins)

KINDS = {
    "ALLOWED_ORIGINS": ORIGINS,
    "PAGE_SECONDS": SECONDS,
    "POOL_IDLE_SECONDS": SECONDS,
    "SESSION_LOCK": LOCK,
    "SESSION_LOCK_SECONDS": SECONDS,
    "SESSION_PAGES": AMOUNT,
    "SESSION_WAITING_THREADS": COUNT,
    "THREADS": COUNT,
    "UNSEEN_CHARACTERS": COUNT,
    "UNSIGNED_ROOMS": SWITCH,
}


@cache
def get_config() -> dict[str, Any]:
    """The defaults, with what the project says in ``LIVEVIEW`` laid over them.

    Raises ``ImproperlyConfigured`` that says the first of the ``problems``.
    """
    found = problems()
    if found:
        raise ImproperlyConfigured(found[0])
    return {**DEFAULTS, **_given()}


def problems() -> list[str]:
    """What ``LIVEVIEW`` says that cannot be meant, and what was expected.

    A typing error in a setting would otherwise be a bound that is silently not there.
    """
    given = _given()
    if not isinstance(given, dict):
        return [f'LIVEVIEW = {given!r}: expected a dict such as {{"THREADS": 16}}.']
    texts = (_problem(name, value) for name, value in given.items())
    return [text for text in texts if text is not None]


def _given() -> Any:
    return getattr(settings, "LIVEVIEW", {})


def _problem(name: Any, value: Any) -> str | None:
    kind = KINDS.get(name)
    if kind is None:
        return f"Unknown key {name!r} in LIVEVIEW, must be one of: {', '.join(DEFAULTS)}."
    if kind.fits(value):
        return None
    return f'LIVEVIEW = {{"{name}": {value!r}}}: expected {kind.words}.'


def get(name: str) -> Any:
    """One setting of ``LIVEVIEW`` or its default."""
    return get_config()[name]


def session_lock_url() -> str | None:
    """Redis URL of the lock that makes handlers of a session serial across processes.

    ``"auto"`` (the default) is the first Redis of ``CHANNEL_LAYERS``, or none.
    """
    configured: str | None = get("SESSION_LOCK")
    return _channel_layer_redis() if configured == "auto" else configured


def django_setting(name: str) -> Any:
    """One of Django's own settings; a missing one is ``None``."""
    return getattr(settings, name, None)


def is_debug() -> bool:
    """Whether texts of exceptions and names of handlers may leave the server."""
    return bool(settings.DEBUG)


def _channel_layer_redis() -> str | None:
    layer = (django_setting("CHANNEL_LAYERS") or {}).get("default", {})
    if not layer.get("BACKEND", "").startswith(REDIS_LAYER):
        return None
    hosts = layer.get("CONFIG", {}).get("hosts") or [("localhost", 6379)]
    return _redis_url(hosts[0])


def _redis_url(host: Any) -> str | None:
    """``hosts`` entries are URLs, ``(host, port)`` pairs or dicts with an ``address``."""
    if isinstance(host, dict):
        host = host.get("address")
    if isinstance(host, (tuple, list)):
        return f"redis://{host[0]}:{host[1]}"
    return host if isinstance(host, str) else None


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == "LIVEVIEW":
        get_config.cache_clear()


setting_changed.connect(_forget)
