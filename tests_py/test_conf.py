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
