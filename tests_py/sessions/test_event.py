"""S1 to S4 and D2: one event, one commit, seen from the page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.backends.utils import CursorWrapper

from liveview import liveview_handler, send
from liveview.consumers import LiveViewConsumer
from liveview.pages import pages
from liveview.sessions.locks import session_queues
from liveview.sessions.marks import RESERVED_KEY
from tests_py.socket_driver import SECONDS

from .stores import achange, aend, anew, astored, error_of, stored, tab, view_session

pytestmark = pytest.mark.django_db(transaction=True)

Content = dict[str, Any]


def handler(function: Any) -> Any:
    """Registers a handler under the function's own name."""
    return liveview_handler(function.__name__)(function)


def texts(frame: dict[str, Any]) -> list[str]:
    return [op["html"] for op in frame["ops"]]


def show(consumer: LiveViewConsumer, text: object) -> None:
    send(consumer, {"target": "#out", "html": str(text)})


@handler
def add(consumer: LiveViewConsumer, content: Content) -> None:
    session = consumer.scope["session"]
    session["count"] = session.get("count", 0) + 1
    show(consumer, session["count"])


@pytest.fixture(autouse=True)
def counter(own_process: None) -> None:
    handler(add)


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that any thread sends to the database."""
    seen: list[str] = []

    execute = CursorWrapper.execute

    def note(cursor: CursorWrapper, sql: Any, params: Any = None) -> Any:
        seen.append(sql)
        return execute(cursor, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", note)
    return seen


# S1


async def test_s1_a_handler_sees_what_others_have_committed(engine: object) -> None:
    key = await anew(count=1)
    async with tab(key) as first, tab(key) as second:
        await first.call("add")
        await achange(key, count=10)
        assert texts((await second.frames_until_done(second.event("add")))[0]) == ["11"]
        await first.call("add")

    assert await astored(key) == {"count": 12}


async def test_a_counter_event_costs_two_queries(queries: list[str]) -> None:
    async with tab(await anew(count=1)) as page:
        await page.call("add")
        queries.clear()
        await page.call("add")

    assert [sql.split()[0] for sql in queries] == ["SELECT", "UPDATE"]


async def test_a_handler_that_leaves_the_session_alone_costs_no_query(queries: list[str]) -> None:
    @handler
    def greet(consumer: LiveViewConsumer, content: Content) -> None:
        show(consumer, "hello")

    async with tab(await anew(count=1)) as page:
        queries.clear()
        await page.call("greet")
        await page.call("greet")

    assert queries == []


async def test_a_handler_that_only_reads_writes_nothing(queries: list[str]) -> None:
    @handler
    def read(consumer: LiveViewConsumer, content: Content) -> None:
        show(consumer, consumer.scope["session"]["count"])

    async with tab(await anew(count=1)) as page:
        queries.clear()
        await page.call("read")

    assert [sql.split()[0] for sql in queries] == ["SELECT"]


# S2


async def test_s2_events_of_many_pages_of_a_session_add_up(engine: object) -> None:
    key = await anew(count=0)
    pages = [tab(key) for _ in range(10)]
    for page in pages:
        await page.__aenter__()
    last = [[page.event("add") for _ in range(5)][-1] for page in pages]
    for page, event in zip(pages, last, strict=True):
        await page.frames_until_done(event)
        await page.disconnect()

    assert await astored(key) == {"count": 50}


async def test_s2_async_handlers_add_up_too(engine: object) -> None:
    @handler
    async def add_async(consumer: LiveViewConsumer, content: Content) -> None:
        session = consumer.scope["session"]
        count = await session.aget("count")
        await asyncio.sleep(0)
        await session.aset("count", count + 1)

    key = await anew(count=0)
    async with tab(key) as first, tab(key) as second:
        events = [(page, page.event("add_async")) for page in (first, second) * 10]
        for page, event in events[-2:]:
            await page.frames_until_done(event)

    assert await astored(key) == {"count": 20}


async def test_s2_events_that_wait_for_their_session_take_no_thread() -> None:
    """20 pages of one session wait behind a handler; the pool has 8 threads."""
    go_on = threading.Event()

    @handler
    def hold(consumer: LiveViewConsumer, content: Content) -> None:
        add(consumer, content)
        assert go_on.wait(SECONDS)

    key = await anew(count=0)
    async with tab(key) as holder, tab(await anew(count=100)) as stranger:
        event = holder.event("hold")
        pages = [tab(key) for _ in range(20)]
        for page in pages:
            await page.__aenter__()
            page.event("add")
        assert await stranger.call("add") == [{"target": "#out", "html": "101"}]
        go_on.set()
        await holder.frames_until_done(event)
        for page in pages:
            await page.frames_until_done(1)
            await page.disconnect()

    assert await astored(key) == {"count": 21}


async def test_s2_a_first_touch_that_nobody_foresaw_waits_shortly_and_in_few_threads(
    settings: Any,
) -> None:
    """A handler that mostly leaves the session alone gets a thread before it needs the lock."""
    settings.LIVEVIEW = {"SESSION_LOCK_SECONDS": 0.3}
    go_on = threading.Event()

    @handler
    def hold(consumer: LiveViewConsumer, content: Content) -> None:
        add(consumer, content)
        assert go_on.wait(SECONDS)

    @handler
    def seldom(consumer: LiveViewConsumer, content: Content) -> None:
        if content["data"].get("touch"):
            add(consumer, content)

    key = await anew(count=0)
    async with tab(key) as holder, tab(key) as a, tab(key) as b, tab(key) as c:
        await a.call("seldom")
        event = holder.event("hold")
        while not holder_runs(key):
            await asyncio.sleep(0.01)
        answers = await asyncio.gather(
            *(error_of(page, "seldom", data={"touch": 1}) for page in (a, b, c))
        )
        go_on.set()
        await holder.frames_until_done(event)

    assert [answer and answer["code"] for answer in answers] == ["session_busy"] * 3
    assert await astored(key) == {"count": 1}


def holder_runs(key: str) -> bool:
    return key in session_queues._lines


async def test_s2_what_an_async_handler_leaves_running_keeps_nobody_out() -> None:
    """Its task asks for the session while another page has it; it gets it when all is over."""
    go_on, left = asyncio.Event(), []

    @handler
    async def leave_behind(consumer: LiveViewConsumer, content: Content) -> None:
        session = consumer.scope["session"]
        if content["data"].get("touch"):
            left.append(asyncio.ensure_future(session.aget("count")))
            await asyncio.sleep(0)

    @handler
    async def hold(consumer: LiveViewConsumer, content: Content) -> None:
        await consumer.scope["session"].aset("count", 5)
        await go_on.wait()

    key = await anew(count=0)
    async with tab(key) as page, tab(key) as holder:
        await page.call("leave_behind")
        event = holder.event("hold")
        while not holder_runs(key):
            await asyncio.sleep(0)
        await page.call("leave_behind", data={"touch": 1})
        go_on.set()
        await holder.frames_until_done(event)
        assert await asyncio.wait_for(left[0], SECONDS) == 5
        assert await page.call("add") == [{"target": "#out", "html": "6"}]


async def test_what_runs_on_after_an_event_can_read_but_not_change() -> None:
    kept: list[Any] = []

    @handler
    def keep(consumer: LiveViewConsumer, content: Content) -> None:
        kept.append(consumer.scope["session"])

    key = await anew(count=3)
    async with tab(key) as page:
        await page.call("keep")
        session = kept[0]
        assert await session.aget("count") == 3
        with pytest.raises(RuntimeError, match="The event that this session belongs to is over"):
            await session.aset("count", 4)
        assert await page.call("add") == [{"target": "#out", "html": "4"}]


# S3


async def test_s3_before_the_first_change_at_once_after_it_with_the_commit() -> None:
    go_on = threading.Event()

    @handler
    def work(consumer: LiveViewConsumer, content: Content) -> None:
        show(consumer, "looking")
        drafts = consumer.scope["session"]["drafts"]
        show(consumer, "still looking")
        drafts["a"]["text"] = "new"
        show(consumer, "changed")
        assert go_on.wait(SECONDS)

    key = await anew(drafts={"a": {"text": "old"}})
    async with tab(key) as page:
        event = page.event("work")
        early: list[str] = []
        while len(early) < 2:
            early += texts(await page.frame())
        assert early == ["looking", "still looking"]
        assert page.pending() == 0
        assert await astored(key) == {"drafts": {"a": {"text": "old"}}}
        go_on.set()
        late = await page.frames_until_done(event)

    assert [text for frame in late for text in texts(frame)] == ["changed"]
    assert await astored(key) == {"drafts": {"a": {"text": "new"}}}


async def test_s3_broadcasts_and_messages_to_other_pages_wait_too() -> None:
    go_on = threading.Event()
    consumers: list[LiveViewConsumer] = []

    @handler
    def work(consumer: LiveViewConsumer, content: Content) -> None:
        add(consumer, content)
        send(consumers[0], {"target": "#a", "html": "to you"})
        send(None, {"target": "#b", "html": "to all"}, broadcast=True)
        send(consumer, {"target": "#c", "html": "to all, too"}, broadcast=True)
        consumer.send_to_group(consumer.broadcast_group, {"target": "#d", "html": "to the group"})
        assert go_on.wait(SECONDS)

    @handler
    def stand_by(consumer: LiveViewConsumer, content: Content) -> None:
        consumers.append(consumer)

    key = await anew(count=0)
    async with tab(key) as page, tab(await anew()) as other, tab(await anew()) as stranger:
        await other.call("stand_by")
        event = page.event("work")
        assert await stranger.call("add") == [{"target": "#out", "html": "1"}]  # time has passed
        assert other.pending() == stranger.pending() == page.pending() == 0
        go_on.set()
        await page.frames_until_done(event)
        seen: list[str] = []
        while len(seen) < 4:
            seen += texts(await other.frame())

    assert sorted(seen) == ["to all", "to all, too", "to the group", "to you"]


@pytest.mark.parametrize("kind", ["plain", "async"])
async def test_s3_a_yield_commits_and_lets_messages_go(kind: str) -> None:
    go_on = threading.Event()

    @liveview_handler("plain")
    def plain(consumer: LiveViewConsumer, content: Content) -> Iterator[None]:
        add(consumer, content)
        yield
        assert go_on.wait(SECONDS)
        add(consumer, content)

    @liveview_handler("async")
    async def steps(consumer: LiveViewConsumer, content: Content) -> AsyncIterator[None]:
        await sync_to_async(add)(consumer, content)
        yield
        await asyncio.to_thread(go_on.wait, SECONDS)
        await sync_to_async(add)(consumer, content)

    key = await anew(count=0)
    async with tab(key) as page:
        event = page.event(kind)
        assert texts(await page.frame()) == ["1"]
        assert await astored(key) == {"count": 1}
        go_on.set()
        assert texts((await page.frames_until_done(event))[0]) == ["2"]

    assert await astored(key) == {"count": 2}


async def test_s3_save_commits_in_between() -> None:
    @handler
    def work(consumer: LiveViewConsumer, content: Content) -> None:
        add(consumer, content)
        consumer.scope["session"].save()
        show(consumer, stored(key)["count"])
        add(consumer, content)
        raise RuntimeError("after the save")

    key = await anew(count=0)
    async with tab(key) as page:
        frames = await page.frames_until_done(page.event("work"))

    assert [text for frame in frames for text in texts(frame)] == ["1", "1"]
    assert frames[-1]["error"]["code"] == "handler_error"
    assert await astored(key) == {"count": 1}


async def test_s3_asave_commits_in_between() -> None:
    @handler
    async def work(consumer: LiveViewConsumer, content: Content) -> None:
        await consumer.scope["session"].aset("count", 1)
        await consumer.scope["session"].asave()
        show(consumer, (await astored(key))["count"])

    key = await anew(count=0)
    async with tab(key) as page:
        assert await page.call("work") == [{"target": "#out", "html": "1"}]


# S4


async def test_s4_a_handler_that_raises_changes_nothing_and_shows_nothing(
    merging_engine: object,
) -> None:
    @handler
    def fail(consumer: LiveViewConsumer, content: Content) -> None:
        show(consumer, "before")
        add(consumer, content)
        consumer.scope["session"]["drafts"].append("c")
        send(None, {"target": "#b", "html": "to all"}, broadcast=True)
        raise RuntimeError("declined")

    key = await anew(count=1, drafts=["a", "b"])
    async with tab(key) as page:
        frames = await page.frames_until_done(page.event("fail"))
        assert await page.call("add") == [{"target": "#out", "html": "2"}]

    assert [text for frame in frames for text in texts(frame)] == ["before"]
    assert frames[-1]["error"]["code"] == "handler_error"
    assert await astored(key) == {"count": 2, "drafts": ["a", "b"]}


async def test_s4_a_value_that_cannot_be_stored_is_named(
    merging_engine: object, settings: Any
) -> None:
    settings.DEBUG = True

    @handler
    def keep_function(consumer: LiveViewConsumer, content: Content) -> None:
        add(consumer, content)
        consumer.scope["session"]["callback"] = lambda: None

    key = await anew(count=1)
    async with tab(key) as page:
        error = await error_of(page, "keep_function")

    assert error is not None
    assert "session['callback'] cannot be stored: " in error["message"]
    assert await astored(key) == {"count": 1}


async def test_s4_flush_and_raise_deletes_nothing(merging_engine: object) -> None:
    @handler
    def fail(consumer: LiveViewConsumer, content: Content) -> None:
        consumer.scope["session"].flush()
        raise RuntimeError("declined")

    key = await anew(count=1)
    async with tab(key) as page:
        error = await error_of(page, "fail")
        assert await page.call("add") == [{"target": "#out", "html": "2"}]

    assert error is not None
    assert error["code"] == "handler_error"


async def test_s4_a_task_left_by_a_handler_that_raised_still_reaches_its_page() -> None:
    go_on = asyncio.Event()
    left: list[asyncio.Task[None]] = []

    @handler
    async def fail(consumer: LiveViewConsumer, content: Content) -> None:
        async def later() -> None:
            await go_on.wait()
            show(consumer, "later")

        left.append(asyncio.create_task(later()))
        await consumer.scope["session"].aset("count", 5)
        raise RuntimeError("declined")

    async with tab(await anew(count=1)) as page:
        await error_of(page, "fail")
        go_on.set()
        assert texts(await page.frame()) == ["later"]


# The verbs of a session


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        (lambda s: s.pop("a"), {"b": [1]}),
        (lambda s: s.__delitem__("a"), {"b": [1]}),
        (lambda s: s.update({"a": 2, "c": 3}), {"a": 2, "b": [1], "c": 3}),
        (lambda s: s.setdefault("c", []).append(7), {"a": 1, "b": [1], "c": [7]}),
        (lambda s: s["b"].append(2), {"a": 1, "b": [1, 2]}),
        (lambda s: s.clear(), {}),
        (lambda s: (s.clear(), s.update({"c": 3})), {"c": 3}),
        (lambda s: s.set_expiry(600), {"a": 1, "b": [1], "_session_expiry": 600}),
        (lambda s: s.set_test_cookie(), {"a": 1, "b": [1], "testcookie": "worked"}),
    ],
    ids=["pop", "del", "update", "setdefault", "nested", "clear", "reset", "expiry", "test"],
)
async def test_each_way_to_change_a_session_is_saved(verb: Any, expected: Content) -> None:
    @handler
    def work(consumer: LiveViewConsumer, content: Content) -> None:
        verb(consumer.scope["session"])

    key = await anew(a=1, b=[1])
    async with tab(key) as page:
        await page.call("work")

    assert await astored(key) == expected


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        (lambda s: s.aset("a", 2), {"a": 2, "b": [1]}),
        (lambda s: s.apop("a"), {"b": [1]}),
        (lambda s: s.aupdate({"c": 3}), {"a": 1, "b": [1], "c": 3}),
        (lambda s: s.asetdefault("c", 3), {"a": 1, "b": [1], "c": 3}),
        (lambda s: s.aset_expiry(600), {"a": 1, "b": [1], "_session_expiry": 600}),
        (lambda s: asyncio.gather(s.aset("a", 2), s.aset("c", 3)), {"a": 2, "b": [1], "c": 3}),
    ],
    ids=["aset", "apop", "aupdate", "asetdefault", "aset_expiry", "gather"],
)
async def test_each_async_way_to_change_a_session_is_saved(verb: Any, expected: Content) -> None:
    @handler
    async def work(consumer: LiveViewConsumer, content: Content) -> None:
        await verb(consumer.scope["session"])

    key = await anew(a=1, b=[1])
    async with tab(key) as page:
        await page.call("work")

    assert await astored(key) == expected


async def test_two_unforeseen_touches_at_once_do_not_wait_for_each_other() -> None:
    @handler
    async def work(consumer: LiveViewConsumer, content: Content) -> None:
        session = consumer.scope["session"]
        if content["data"].get("touch"):
            await asyncio.gather(session.aset("a", 2), session.aset("c", 3))

    key = await anew(a=1)
    async with tab(key) as page:
        await page.call("work")
        await page.call("work", data={"touch": 1})

    assert await astored(key) == {"a": 2, "c": 3}


async def test_an_async_handler_is_told_how_to_reach_the_session(settings: Any) -> None:
    settings.DEBUG = True

    @handler
    async def work(consumer: LiveViewConsumer, content: Content) -> None:
        consumer.scope["session"]["count"] += 1

    async with tab(await anew(count=1)) as page:
        error = await error_of(page, "work")

    assert error is not None
    assert error["message"] == (
        "SynchronousOnlyOperation: An async handler cannot use session[...]:"
        " await session.aget(...), session.aset(...)."
    )


@pytest.mark.parametrize("verb", ["cycle_key", "create"])
@pytest.mark.parametrize("prefix", ["", "a"])
async def test_a_new_cookie_is_refused_with_the_way_out(
    settings: Any, verb: str, prefix: str
) -> None:
    settings.DEBUG = True

    @handler
    async def work(consumer: LiveViewConsumer, content: Content) -> None:
        outcome = getattr(consumer.scope["session"], prefix + verb)()
        if prefix:
            await outcome

    key = await anew(count=1)
    async with tab(key) as page:
        error = await error_of(page, "work")

    assert error is not None
    assert error["message"] == (
        f"SessionRefused: session.{prefix}{verb}() gives the visitor a new session cookie, and a"
        " socket cannot set one. Do it in a view, and send the browser there."
    )
    assert await astored(key) == {"count": 1}


async def test_a_handler_can_say_that_the_session_is_to_be_saved(queries: list[str]) -> None:
    """As in Django: `modified` starts the session's time anew."""

    @handler
    def touch(consumer: LiveViewConsumer, content: Content) -> None:
        consumer.scope["session"].modified = True
        assert consumer.scope["session"]["count"] == 1

    async with tab(await anew(count=1)) as page:
        queries.clear()
        await page.call("touch")

    assert [sql.split()[0] for sql in queries] == ["SELECT", "UPDATE"]


async def test_save_every_request_saves_what_was_looked_at(
    settings: Any, queries: list[str]
) -> None:
    settings.SESSION_SAVE_EVERY_REQUEST = True

    @handler
    def look(consumer: LiveViewConsumer, content: Content) -> None:
        if content["data"].get("touch"):
            consumer.scope["session"].get("count")

    async with tab(await anew(count=1)) as page:
        queries.clear()
        await page.call("look")
        assert queries == []
        await page.call("look", data={"touch": 1})

    assert [sql.split()[0] for sql in queries] == ["SELECT", "UPDATE"]


async def test_another_process_that_changed_the_same_key_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @handler
    def overwrite(consumer: LiveViewConsumer, content: Content) -> None:
        add(consumer, content)
        session = view_session(key)
        session["count"] = 10
        session.save()

    key = await anew(count=1)
    async with tab(key) as page:
        await page.call("overwrite")

    assert await astored(key) == {"count": 2}
    (record,) = caplog.records
    assert record.getMessage() == (
        "session['count'] was changed by somebody else since it was read, and is now overwritten."
        " LIVEVIEW['SESSION_LOCK'] keeps handlers of other processes out."
    )


async def test_s6_a_write_that_the_browser_cannot_find_again_is_logged(
    merging_engine: object, caplog: pytest.LogCaptureFixture
) -> None:
    async with tab(None) as page:
        assert await page.call("add") == [{"target": "#out", "html": "1"}]
        assert await page.call("add") == [{"target": "#out", "html": "2"}]

    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 1
    assert "{% liveview_scripts %} in the page, or liveview.middleware" in messages[0]


# D2


async def test_d2_an_event_is_applied_once_whatever_process_gets_it(engine: object) -> None:
    key = await anew(count=0)
    async with tab(key) as page:
        await page.call("add")
        await page.call("add")
    pages.clear()  # as another process would have none

    async with tab(key, page=page.page) as again:
        assert again.server_hello["done"] == 2
        again.send({"id": 2, "function": "add"})
        assert await again.call("add") == [{"target": "#out", "html": "3"}]

    assert await astored(key) == {"count": 3}


async def test_d2_two_processes_that_run_one_event_at_once_apply_it_once(
    engine: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have said hello before either has run it."""
    go_on = threading.Event()

    @handler
    def slow_add(consumer: LiveViewConsumer, content: Content) -> None:
        add(consumer, content)
        assert go_on.wait(SECONDS)

    key = await anew(count=0)
    async with tab(key) as page:
        pages.clear()
        async with tab(key, page=page.page) as again:
            first = page.event("slow_add")
            while not holder_runs(key):
                await asyncio.sleep(0.01)
            with monkeypatch.context() as other_process:
                other_process.setattr(session_queues, "_lines", {})
                await again.call("add")
            go_on.set()
            frames = await page.frames_until_done(first)

    assert await astored(key) == {"count": 1}
    assert frames[-1]["resync"] == {"reason": "This event was applied before."}
    assert frames[-1]["ops"] == []


async def test_d2_a_run_that_comes_second_stops_at_its_first_look_at_the_session() -> None:
    key, runs = await anew(count=0), []

    @handler
    def charge(consumer: LiveViewConsumer, content: Content) -> None:
        add(consumer, content)
        runs.append("charged")

    async with tab(key) as page:
        pages.clear()  # as another process would have none
        async with tab(key, page=page.page) as again:
            await page.call("charge")
            await again.call("charge")

    assert runs == ["charged"]


async def test_d2_the_events_of_the_newest_20_pages_are_remembered() -> None:
    key = await anew(count=0)
    drivers = [tab(key) for _ in range(21)]
    for page in drivers:
        async with page:
            await page.call("add")
    remembered = (await sync_to_async(lambda: dict(view_session(key).items()))())[RESERVED_KEY]

    assert list(remembered["pages"]) == [page.page for page in drivers[1:]]
    assert await astored(key) == {"count": 21}


async def test_an_ended_session_ends_the_page(engine: object) -> None:
    key = await anew(count=1)
    async with tab(key) as page:
        await aend(key)
        page.event("add")
        assert await page.frame() == {"ended": {"reason": "session"}}
        assert await page.closing() == 4401

    assert await astored(key) == {}
