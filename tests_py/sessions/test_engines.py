"""S8: every engine, also a project's own; what each of them does when two write at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connections
from django.utils import timezone

from liveview.sessions.engines import derive, is_stored, merging_store, session_engine
from liveview.sessions.event import SessionEnded, open_session, read_session
from liveview.sessions.marks import token
from liveview.sessions.merging import MergingStore

from .account_engine import AccountSession
from .conftest import use_engine
from .other_process import start, tell, told
from .stores import change, end, new_session, stored, view_session

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


def in_threads(*jobs: Callable[[], None]) -> None:
    """Runs all jobs at once; raises what one of them has raised."""
    start_line, errors = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], None]) -> None:
        try:
            start_line.wait()
            job()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def handler_sets(session_key: str, name: str, value: Any) -> None:
    """What a handler does to the store, without its lock: merging alone must be right."""
    session = open_session(session_key, None)
    session.lock = None
    session[name] = value
    session.commit()


def test_views_and_handlers_at_once_lose_no_key(engine: object) -> None:
    key = new_session(first=True)

    def views(name: str) -> None:
        for number in range(6):
            change(key, **{f"{name}{number}": number})

    def handlers(name: str) -> None:
        for number in range(6):
            handler_sets(key, f"{name}{number}", number)

    jobs = [lambda n=n: (views, handlers)[n % 2](f"t{n}-") for n in range(THREADS)]
    in_threads(*jobs)

    assert len(stored(key)) == 1 + 6 * THREADS


@pytest.mark.parametrize("name", ["db", "cache in files", "cache in redis"])
def test_processes_at_once_lose_no_key(
    name: str, settings: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chosen = use_engine(name, settings, tmp_path, request)
    key = new_session(first=True)
    other = start(chosen, "write_keys", key, "theirs", 40)
    assert told(other) == "ready"
    tell(other)
    for number in range(40):
        change(key, **{f"ours{number}": number})
    other.communicate()

    assert len(stored(key)) == 81


def test_a_handler_cannot_bring_back_a_session_while_it_is_deleted(engine: object) -> None:
    for _ in range(10):
        key = new_session(count=1)
        view = view_session(key)

        def change_until_it_is_gone(key: str = key) -> None:
            with pytest.raises(SessionEnded):
                while True:
                    handler_sets(key, "count", object_id())

        in_threads(view.flush, change_until_it_is_gone)
        assert stored(key) == {}


def object_id() -> int:
    return id(object())


def test_a_session_that_is_no_more_is_none(engine: object) -> None:
    key = new_session(count=1)
    assert read_session(key) is not None
    end(key)

    assert read_session(key) is None


def test_an_expired_session_is_none_and_leaves_nothing_behind(
    engine: object, tmp_path: Path
) -> None:
    key = new_session(count=1)
    view = view_session(key)
    view.set_expiry(-1)
    view.save()
    if session_engine().__module__ == "tests_py.sessions.memory_engine":
        end(key)  # it knows no expiry
    files = sorted(tmp_path.glob("sessionid*"))

    assert read_session(key) is None
    assert set(tmp_path.glob("sessionid*")) <= set(files)


def test_a_session_from_before_gets_an_identity(engine: object) -> None:
    session = session_engine()()
    session["count"] = 1
    session.save()
    data = read_session(cast(str, session.session_key))

    assert data is not None
    assert token(data) is not None
    assert token(cast(Any, read_session(cast(str, session.session_key)))) == token(data)


def test_an_identity_moves_along_with_login_and_goes_with_logout(engine: object) -> None:
    key = new_session(count=1)
    before = token(cast(Any, read_session(key)))
    view = view_session(key)
    view.cycle_key()
    view.save()

    assert token(cast(Any, read_session(cast(str, view.session_key)))) == before
    view.flush()
    view["count"] = 2
    view.save()
    assert token(cast(Any, read_session(cast(str, view.session_key)))) != before


def test_the_columns_of_an_own_model_are_kept_up_to_date(
    settings: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    use_engine("own model", settings, tmp_path, request)
    key = new_session(account=1)
    long_ago = timezone.now() - timedelta(days=2)
    AccountSession.objects.update(saved_at=long_ago)
    handler_sets(key, "account", 7)

    row = AccountSession.objects.get(pk=key)
    assert row.account == 7
    assert row.saved_at > long_ago


def test_an_own_cache_prefix_is_used(
    settings: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    use_engine("own cache prefix", settings, tmp_path, request)
    key = new_session(count=1)

    assert caches["default"].get(f"shop.session.{key}")["count"] == 1


@pytest.fixture
def cached_db(settings: Any, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    use_engine("cached_db", settings, tmp_path, request)


def cached(session_key: str) -> Any:
    return caches["default"].get(f"django.contrib.sessions.cached_db{session_key}")


def test_what_a_handler_commits_is_in_the_cache(cached_db: None) -> None:
    key = new_session(count=1)
    handler_sets(key, "count", 2)

    assert cached(key)["count"] == 2


def test_the_cache_never_keeps_an_older_state_than_the_database(cached_db: None) -> None:
    key = new_session(count=0)
    jobs = [lambda n=n: handler_sets(key, "count", n) for n in range(THREADS)]
    for _ in range(5):
        in_threads(*jobs)
        in_cache = cached(key)
        caches["default"].clear()
        assert in_cache is None or in_cache["count"] == stored(key)["count"]


class SlowCache(LocMemCache):
    """A cache into which somebody commits to the session just before it is written to."""

    before_set: Callable[[], None] | None = None

    def set(self, *arguments: Any, **options: Any) -> None:
        interruption, SlowCache.before_set = SlowCache.before_set, None
        if interruption is not None:
            interruption()
        super().set(*arguments, **options)


@pytest.mark.parametrize("verb", ["commit", "logout"])
def test_a_view_that_fills_the_cache_late_fills_in_nothing_old(
    settings: Any, tmp_path: Path, request: pytest.FixtureRequest, verb: str
) -> None:
    use_engine("cached_db", settings, tmp_path, request)
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.SlowCache", "LOCATION": str(tmp_path)}}
    key = new_session(count=1)
    caches["default"].clear()
    verbs = {"commit": lambda: handler_sets(key, "count", 2), "logout": view_session(key).flush}
    SlowCache.before_set = verbs[verb]
    view_session(key).get("count")

    assert view_session(key).get("count") == {"commit": 2, "logout": None}[verb]


class BrokenCache(LocMemCache):
    """A cache server that cannot be reached."""

    def get(self, *arguments: Any, **options: Any) -> Any:
        raise ConnectionError("no route to the cache")


@pytest.mark.parametrize("name", ["cache", "own cache prefix"])
def test_an_outage_of_the_cache_is_not_the_end_of_a_session(
    name: str, settings: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    use_engine(name, settings, tmp_path, request)
    key = new_session(count=1)
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.BrokenCache"}}

    with pytest.raises(ConnectionError, match="no route"):
        handler_sets(key, "count", 2)


def test_sessions_in_cookies_are_not_stored(settings: Any) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"

    assert not is_stored(session_engine())
    assert merging_store() is session_engine()


def test_a_store_is_derived_once(engine: object) -> None:
    assert derive(session_engine(), MergingStore) is merging_store()
