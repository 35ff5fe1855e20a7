"""Each check: a bad configuration gives exactly its id, the good one nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from liveview import checks, conf
from liveview.discovery import broken_components

DOCS = Path(__file__).parent.parent / "docs" / "checks.md"

LOCAL_CACHE_SESSIONS: dict[str, Any] = {
    "SESSION_ENGINE": "django.contrib.sessions.backends.cache",
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    "LIVEVIEW": {"SESSION_LOCK": "redis://127.0.0.1:6379"},
}
BAD: dict[str, dict[str, Any]] = {
    "liveview.E001": {"LIVEVIEW": {"UNSIGNED_ROOM": True}},
    "liveview.E002": {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"},
    "liveview.E004": {
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "daphne",
            "liveview",
            "tests_py.project",
        ]
    },
    "liveview.E005": {"ASGI_APPLICATION": None},
    "liveview.W001": {
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ]
    },
    "liveview.W002": LOCAL_CACHE_SESSIONS,
}


def found() -> list[Any]:
    return [message for message in run_checks() if str(message.id).startswith("liveview.")]


def configure(settings: Settings, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)


def test_a_good_configuration_is_not_spoken_about() -> None:
    assert found() == []


@pytest.mark.parametrize("check_id", BAD)
# daphne asks for other things of twisted when it is imported
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_bad_configuration_is_named_with_the_way_out(settings: Settings, check_id: str) -> None:
    configure(settings, BAD[check_id])
    [message] = found()

    assert message.id == check_id
    assert message.hint
    assert message.is_serious(40) is check_id.startswith("liveview.E")


def test_a_broken_module_is_an_error_with_its_name_and_reason() -> None:
    broken_components["shop.liveview_components.cart"] = ImportError("no module 'cash'")
    try:
        [message] = found()
    finally:
        broken_components.clear()

    assert message.id == "liveview.E003"
    assert message.is_serious()
    assert message.msg == (
        "The handlers of shop.liveview_components.cart could not be imported:"
        " ImportError: no module 'cash'"
    )


def test_every_wrong_setting_is_an_error_of_its_own(settings: Settings) -> None:
    settings.LIVEVIEW = {"THREADS": "3", "SESSION_LOCK": 5, "PAGE_SECONDS": -1, "PAGES": 7}
    messages = found()

    assert {message.id for message in messages} == {"liveview.E001"}
    assert [message.msg for message in messages] == conf.problems()
    assert len(messages) == 4


def test_wrong_settings_do_not_stop_the_other_checks(settings: Settings) -> None:
    configure(settings, {**LOCAL_CACHE_SESSIONS, "LIVEVIEW": ["x"]})

    assert [message.id for message in found()] == ["liveview.E001"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "good",
    [
        {"INSTALLED_APPS": ["daphne", *BAD["liveview.E004"]["INSTALLED_APPS"][:5], "liveview"]},
        {**LOCAL_CACHE_SESSIONS, "LIVEVIEW": {}},
        {
            **LOCAL_CACHE_SESSIONS,
            "CACHES": {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}},
        },
        {**LOCAL_CACHE_SESSIONS, "SESSION_ENGINE": "django.contrib.sessions.backends.cached_db"},
    ],
    ids=["daphne first", "one process", "a shared cache", "cached_db"],
)
def test_what_is_close_to_a_bad_configuration_is_fine(
    settings: Settings, good: dict[str, Any]
) -> None:
    configure(settings, good)

    assert found() == []


def test_every_id_has_its_entry_in_the_documentation() -> None:
    documented = DOCS.read_text()
    source = Path(checks.__file__).read_text()

    for check_id in [*BAD, "liveview.E003"]:
        assert check_id in documented
        assert f'id="{check_id}"' in source
