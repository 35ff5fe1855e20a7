"""S5: a commit writes the keys that were changed, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.base import UpdateError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from liveview.sessions.engines import DatabaseStore, merging_store, session_engine
from liveview.sessions.event import open_session

from .stores import change, end, new_session, stored, view_session

pytestmark = pytest.mark.django_db


def test_two_views_that_write_different_keys_both_keep_theirs(engine: object) -> None:
    key = new_session(count=1)
    first, second = view_session(key), view_session(key)
    first["colour"], second["size"] = "green", 3
    second.save()
    first.save()

    assert stored(key) == {"count": 1, "colour": "green", "size": 3}


def test_a_deleted_key_stays_deleted_and_takes_no_other_along(engine: object) -> None:
    key = new_session(count=1, colour="green")
    view = view_session(key)
    del view["count"]
    change(key, size=3)
    view.save()

    assert stored(key) == {"colour": "green", "size": 3}


def test_a_key_that_another_deleted_does_not_come_back(engine: object) -> None:
    key = new_session(count=1, colour="green")
    view, other = view_session(key), view_session(key)
    view["size"] = 3
    del other["colour"]
    other.save()
    view.save()

    assert stored(key) == {"count": 1, "size": 3}


def test_a_change_inside_a_value_is_a_change(engine: object) -> None:
    key = new_session(drafts={"a": {"text": "old"}})
    view = view_session(key)
    view["drafts"]["a"]["text"] = "new"
    view.modified = True
    change(key, size=3)
    view.save()

    assert stored(key) == {"drafts": {"a": {"text": "new"}}, "size": 3}


def test_a_value_that_was_only_read_is_not_written_back(engine: object) -> None:
    key = new_session(drafts={"a": 1}, colour="green")
    view = view_session(key)
    assert view["drafts"] == {"a": 1}
    view["colour"] = "red"
    change(key, drafts={"a": 2})
    view.save()

    assert stored(key) == {"drafts": {"a": 2}, "colour": "red"}


def test_clear_deletes_what_was_there_without_having_looked(engine: object) -> None:
    key = new_session(count=1)
    view = view_session(key)
    view.clear()
    view["colour"] = "green"
    view.save()

    assert stored(key) == {"colour": "green"}


def test_clear_works_in_async_code() -> None:
    key = new_session(count=1)

    async def view() -> None:
        session = view_session(key)
        session.clear()
        await session.asave()

    async_to_sync(view)()
    assert stored(key) == {}


def test_a_session_that_nobody_looked_at_can_be_saved(engine: object) -> None:
    key = new_session(count=1)
    view_session(key).save()

    assert stored(key) == {"count": 1}


def test_a_session_that_is_gone_cannot_be_saved(engine: object) -> None:
    key = new_session(count=1)
    view, blind = view_session(key), view_session(key)
    view["count"] = 2
    end(key)

    with pytest.raises(UpdateError):
        view.save()
    with pytest.raises(UpdateError):
        blind.save()
    assert stored(key) == {}


def test_what_django_itself_has_saved_is_read_and_the_other_way_round(engine: object) -> None:
    own = session_engine()()
    own["count"] = 1
    own.save()
    change(cast(str, own.session_key), count=2)

    assert session_engine()(own.session_key)["count"] == 2


def test_a_value_that_cannot_be_stored_is_named(engine: object) -> None:
    key = new_session(count=1)
    view = view_session(key)
    view["callback"] = lambda: None

    with pytest.raises(TypeError, match=r"^session\['callback'\] cannot be stored: "):
        view.save()
    assert stored(key) == {"count": 1}


def test_cycle_key_takes_along_what_others_committed(engine: object) -> None:
    key = new_session(count=1)
    view = view_session(key)
    view["colour"] = "green"
    change(key, count=2)
    view.cycle_key()

    assert view.session_key != key
    assert stored(cast(str, view.session_key)) == {"count": 2, "colour": "green"}
    assert stored(key) == {}


def test_flush_leaves_nothing_and_what_follows_is_another_session(engine: object) -> None:
    key = new_session(count=1)
    view = view_session(key)
    view.flush()
    view["colour"] = "green"
    view.save()

    assert view.session_key not in (None, key)
    assert stored(str(view.session_key)) == {"colour": "green"}
    assert stored(key) == {}


@pytest.mark.parametrize("in_between", [{"count": 2}, {"size": 3}])
def test_what_others_did_and_took_back_while_a_commit_was_tried(in_between: Any) -> None:
    """The first try meets a change by others, the second one meets that it was taken back."""
    key = new_session(count=1)

    def take_back() -> None:
        other = view_session(key)
        other.clear()
        other["count"] = 1
        other.save()

    view = overtaken(key, lambda: change(key, **in_between), take_back)
    view["colour"] = "green"
    view.save()

    assert stored(key) == {"count": 1, "colour": "green"}


def overtaken(session_key: str, *others: Callable[[], None]) -> Any:
    """A session before whose tries to write somebody else is faster, one after the other."""
    waiting = list(others)

    class Overtaken(merging_store()):  # type: ignore[misc]
        def swap(self, *arguments: Any) -> bool:
            if waiting:
                waiting.pop(0)()
            return bool(DatabaseStore.swap(self, *arguments))

    session = Overtaken(session_key)
    session["colour"] = None
    return session


def test_two_changes_at_once_in_an_async_view_are_both_kept() -> None:
    key = new_session(count=1)

    async def handler() -> None:
        session = open_session(key, None)
        await asyncio.gather(session.aset("a", 1), session.aset("b", 2))
        assert session.lock is not None
        session.lock.release()
        assert dict(await session.aitems())["a"] == 1
        assert dict(await session.aitems())["b"] == 2

    async_to_sync(handler)()


# A model of what is promised, against random views and handlers that go on at the same time.

KEYS = st.sampled_from(["a", "b", "c"])
VALUES = st.one_of(st.integers(0, 3), st.lists(st.integers(0, 3), max_size=2))
STEPS = st.tuples(
    st.integers(0, 3), st.sampled_from(["set", "append", "delete", "clear", "save"]), KEYS, VALUES
)


# A session that is there and empty is not one that is gone.
LOADED_EMPTY: list[tuple[int, str, str, Any]] = [
    (0, "clear", "a", 0),
    (0, "save", "a", 0),
    (2, "set", "b", 0),
    (0, "set", "a", 0),
    (0, "save", "a", 0),
    (2, "save", "a", 0),
]


class Worker:
    """A view or a handler, and what the model says about it."""

    def __init__(self, session_key: str, is_handler: bool, world: dict[str, Any]) -> None:
        if is_handler:
            self.session: Any = open_session(session_key, None)
            self.session.lock = None  # serial handlers would be no test of merging
            self.save = self.session.commit
        else:
            self.session = view_session(session_key)
            self.save = self.session.save
        self.session.get("a")
        self.world = world
        self.seen = copy_of(world)
        self.own = copy_of(world)

    def do(self, verb: str, key: str, value: Any) -> None:
        getattr(self, f"_{verb}")(key, value)

    def _set(self, key: str, value: Any) -> None:
        self.session[key] = copy_of(value)
        self.own[key] = copy_of(value)

    def _append(self, key: str, value: Any) -> None:
        if isinstance(self.own.get(key), list):
            self.session[key].append(value)
            self.session.modified = True
            self.own[key].append(value)

    def _delete(self, key: str, value: Any) -> None:
        self.session.pop(key, None)
        self.own.pop(key, None)

    def _clear(self, key: str, value: Any) -> None:
        self.session.clear()
        self.own.clear()

    def _save(self, key: str, value: Any) -> None:
        self.save()
        for name in {*self.own, *self.seen}:
            if self.own.get(name, ...) == self.seen.get(name, ...):
                continue
            if name in self.own:
                self.world[name] = copy_of(self.own[name])
            else:
                self.world.pop(name, None)


def copy_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copy_of(each) for key, each in value.items()}
    return [copy_of(each) for each in value] if isinstance(value, list) else value


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, min_size=4, max_size=24))
@example(steps=LOADED_EMPTY)
def test_any_order_of_views_and_handlers_keeps_each_ones_keys(
    merging_engine: object, steps: list[tuple[int, str, str, Any]]
) -> None:
    world: dict[str, Any] = {"a": 0, "b": [1]}
    key = new_session(**copy_of(world))
    workers: dict[int, Worker] = {}
    for number, verb, name, value in steps:
        worker = workers.pop(number, None) or Worker(key, number % 2 == 1, world)
        worker.do(verb, name, value)
        if verb != "save":  # whoever has saved is over; the next with its number is new
            workers[number] = worker

    assert stored(key) == world
