"""System checks: what would not work, and the edit that makes it work."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from liveview import conf
from liveview.discovery import broken_components

DJANGO_MIDDLEWARE = "django.contrib.sessions.middleware.SessionMiddleware"
COOKIE_ENGINE = "django.contrib.sessions.backends.signed_cookies"
CACHE_ENGINE = "django.contrib.sessions.backends.cache"
LOCAL_CACHES = (
    "django.core.cache.backends.locmem.LocMemCache",
    "django.core.cache.backends.dummy.DummyCache",
)


@register(Tags.compatibility)
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Each key of ``LIVEVIEW`` that does not exist, or whose value cannot be meant."""
    return [
        Error(
            problem,
            hint="Correct LIVEVIEW in the settings; a key that it does not have keeps its default.",
            id="liveview.E001",
        )
        for problem in conf.problems()
    ]


@register(Tags.compatibility)
def check_session_engine(**kwargs: Any) -> list[CheckMessage]:
    """Sessions that a socket cannot save, or that the next process cannot see."""
    if conf.django_setting("SESSION_ENGINE") == COOKIE_ENGINE:
        return [
            Error(
                "SESSION_ENGINE keeps sessions in cookies, and a socket cannot write cookies.",
                hint="Set SESSION_ENGINE = 'django.contrib.sessions.backends.db' or 'cached_db'.",
                id="liveview.E002",
            )
        ]
    return _check_local_cache()


def _check_local_cache() -> list[CheckMessage]:
    """A channel layer over a network says that there is more than one process."""
    alias = conf.django_setting("SESSION_CACHE_ALIAS")
    cache = (conf.django_setting("CACHES") or {}).get(alias, {}).get("BACKEND")
    is_local = conf.django_setting("SESSION_ENGINE") == CACHE_ENGINE and cache in LOCAL_CACHES
    if not is_local or conf.problems() or conf.session_lock_url() is None:
        return []
    return [
        Warning(
            f"Sessions are kept in the cache {alias!r}, which every process has its own of.",
            hint=f"Let CACHES[{alias!r}] be shared, for example"
            " 'django.core.cache.backends.redis.RedisCache', or use the engine 'db'.",
            id="liveview.W002",
        )
    ]


@register(Tags.compatibility)
def check_components(**kwargs: Any) -> list[CheckMessage]:
    """Modules with handlers that could not be imported."""
    return [
        Error(
            f"The handlers of {name} could not be imported: {type(error).__name__}: {error}",
            hint="Run 'python -c \"import django; django.setup()\"' for the whole traceback.",
            id="liveview.E003",
        )
        for name, error in broken_components.items()
    ]


@register(Tags.compatibility)
def check_installed_apps(**kwargs: Any) -> list[CheckMessage]:
    """``daphne`` replaces ``runserver``, if it comes before the app that has it."""
    names = [app.name for app in apps.get_app_configs()]
    if "daphne" not in names or "django.contrib.staticfiles" not in names:
        return []
    if names.index("daphne") < names.index("django.contrib.staticfiles"):
        return []
    return [
        Error(
            "'daphne' stands behind 'django.contrib.staticfiles': runserver has no sockets.",
            hint="Move 'daphne' to the top of INSTALLED_APPS.",
            id="liveview.E004",
        )
    ]


@register(Tags.compatibility)
def check_asgi_application(**kwargs: Any) -> list[CheckMessage]:
    """No ``ASGI_APPLICATION``: ``runserver`` has nothing to serve sockets with."""
    if conf.django_setting("ASGI_APPLICATION"):
        return []
    return [
        Error(
            "ASGI_APPLICATION is not set: nothing answers sockets.",
            hint="Set ASGI_APPLICATION = 'yourproject.asgi.application', and there"
            " application = get_liveview_application() from liveview.asgi.",
            id="liveview.E005",
        )
    ]


@register(Tags.compatibility)
def check_session_middleware(**kwargs: Any) -> list[CheckMessage]:
    """Django's own middleware saves whole sessions, over what handlers have committed."""
    if DJANGO_MIDDLEWARE not in (conf.django_setting("MIDDLEWARE") or ()):
        return []
    return [
        Warning(
            "Django's SessionMiddleware saves whole sessions: a view that saves after a handler"
            " takes the handler's changes back.",
            hint=f"In MIDDLEWARE, replace {DJANGO_MIDDLEWARE!r} by"
            " 'liveview.middleware.SessionMiddleware'.",
            id="liveview.W001",
        )
    ]
