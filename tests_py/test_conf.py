"""Settings: read in one place, each with a default."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from liveview import conf


def test_every_setting_has_a_default() -> None:
    assert {name: conf.get(name) for name in conf.DEFAULTS} == conf.DEFAULTS


def test_a_project_says_only_what_differs(settings: Settings) -> None:
    settings.LIVEVIEW = {"THREADS": 3}

    assert conf.get("THREADS") == 3
    assert conf.get("PAGE_SECONDS") == conf.DEFAULTS["PAGE_SECONDS"]


def test_a_name_that_does_not_exist_is_an_error_that_lists_the_others(settings: Settings) -> None:
    settings.LIVEVIEW = {"THREAD": 3}

    with pytest.raises(ImproperlyConfigured, match=r"^Unknown key 'THREAD' in LIVEVIEW, .*THREADS"):
        conf.get("THREADS")


def test_every_setting_has_a_kind_that_its_default_is_of(settings: Settings) -> None:
    settings.LIVEVIEW = conf.DEFAULTS

    assert list(conf.KINDS) == list(conf.DEFAULTS)
    assert conf.problems() == []


WHOLE = "a whole number, 0 or more"
SECONDS = "a number of seconds above 0"
LOCK = '"auto", None, or a URL such as "redis://localhost:6379"'
ORIGINS = 'None, or a list of origins such as "https://shop.example.org"'
WRONG: list[tuple[Any, str]] = [
    (["x"], "LIVEVIEW = ['x']: expected a dict such as {\"THREADS\": 16}."),
    (None, 'LIVEVIEW = None: expected a dict such as {"THREADS": 16}.'),
    ({"THREADS": "3"}, f"LIVEVIEW = {{\"THREADS\": '3'}}: expected {WHOLE}."),
    ({"THREADS": True}, f'LIVEVIEW = {{"THREADS": True}}: expected {WHOLE}.'),
    ({"THREADS": -1}, f'LIVEVIEW = {{"THREADS": -1}}: expected {WHOLE}.'),
    ({"SESSION_PAGES": 0}, 'LIVEVIEW = {"SESSION_PAGES": 0}: expected a whole number, 1 or more.'),
    ({"PAGE_SECONDS": -1}, f'LIVEVIEW = {{"PAGE_SECONDS": -1}}: expected {SECONDS}.'),
    ({"PAGE_SECONDS": None}, f'LIVEVIEW = {{"PAGE_SECONDS": None}}: expected {SECONDS}.'),
    ({"PAGE_SECONDS": float("inf")}, f'LIVEVIEW = {{"PAGE_SECONDS": inf}}: expected {SECONDS}.'),
    ({"SESSION_LOCK": 5}, f'LIVEVIEW = {{"SESSION_LOCK": 5}}: expected {LOCK}.'),
    ({"SESSION_LOCK": "db:1"}, f"LIVEVIEW = {{\"SESSION_LOCK\": 'db:1'}}: expected {LOCK}."),
    ({"UNSIGNED_ROOMS": 1}, 'LIVEVIEW = {"UNSIGNED_ROOMS": 1}: expected True or False.'),
    (
        {"ALLOWED_ORIGINS": "https://a.example"},
        f"LIVEVIEW = {{\"ALLOWED_ORIGINS\": 'https://a.example'}}: expected {ORIGINS}.",
    ),
    *(
        (
            {"ALLOWED_ORIGINS": [one]},
            f'LIVEVIEW = {{"ALLOWED_ORIGINS": {[one]!r}}}: expected {ORIGINS}.',
        )
        for one in ("*", "a.example", "https://a.example/", "https://A.example", 5)
    ),
]


@pytest.mark.parametrize(("given", "text"), WRONG, ids=lambda one: str(one)[:40])
def test_a_value_of_another_kind_is_shown_with_what_was_expected(
    settings: Settings, given: Any, text: str
) -> None:
    settings.LIVEVIEW = given

    assert conf.problems() == [text]
    with pytest.raises(ImproperlyConfigured) as raised:
        conf.get("THREADS")
    assert str(raised.value) == text


@pytest.mark.parametrize(
    "given",
    [
        {"THREADS": 0, "SESSION_WAITING_THREADS": 0},
        {"PAGE_SECONDS": 0.5},
        {"SESSION_LOCK": "rediss://:secret@db:6380/1"},
        {"SESSION_LOCK": "unix:///run/redis.sock"},
        {"ALLOWED_ORIGINS": []},
        {"ALLOWED_ORIGINS": ("https://a.example", "http://localhost:3000", "capacitor://app")},
    ],
    ids=str,
)
def test_a_value_of_its_kind_is_fine(settings: Settings, given: dict[str, Any]) -> None:
    settings.LIVEVIEW = given

    assert conf.problems() == []


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (["redis://db:6380/1"], "redis://db:6380/1"),
        ([("db", 6380)], "redis://db:6380"),
        ([["db", 6380]], "redis://db:6380"),
        ([{"address": "redis://db:6380", "db": 1}], "redis://db:6380"),
        ([{"address": ("db", 6380)}], "redis://db:6380"),
        ([{"sentinels": []}], None),
        (None, "redis://localhost:6379"),
    ],
    ids=str,
)
def test_sessions_are_locked_in_the_redis_of_the_channel_layer(
    settings: Settings, hosts: Any, url: str | None
) -> None:
    config = {} if hosts is None else {"hosts": hosts}
    backend = "channels_redis.core.RedisChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": config}}

    assert conf.session_lock_url() == url


def test_without_redis_there_is_no_lock_across_processes() -> None:
    assert conf.session_lock_url() is None


@pytest.mark.parametrize("given", [None, "redis://elsewhere:6379"])
def test_a_project_may_name_the_lock_or_switch_it_off(
    settings: Settings, given: str | None
) -> None:
    settings.LIVEVIEW = {"SESSION_LOCK": given}

    assert conf.session_lock_url() == given
