"""The one place where settings are read. Defaults of the dict ``LIVEVIEW``, one row each."""

from __future__ import annotations

from functools import cache
from typing import Any

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


@cache
def get_config() -> dict[str, Any]:
    """The defaults, with what the project says in ``LIVEVIEW`` laid over them.

    Raises ``ImproperlyConfigured`` for a key that does not exist: a typing error in a setting
    would otherwise be a bound that is silently not there.
    """
    given = getattr(settings, "LIVEVIEW", {})
    unknown = sorted(set(given) - set(DEFAULTS))
    if unknown:
        raise ImproperlyConfigured(
            f"Unknown key {unknown[0]!r} in LIVEVIEW, must be one of: {', '.join(DEFAULTS)}."
        )
    return {**DEFAULTS, **given}


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
