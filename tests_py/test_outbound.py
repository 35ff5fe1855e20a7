"""What goes to one page: packed, written, kept until it was seen, within a bound."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from pytest_django import Settings

from liveview.outbound import FRAME_CHARACTERS, FRAME_OVERHEAD, Outbound, Outgoing
from liveview.protocol import ErrorCode, Op, error_frame

SECONDS = 10.0


class Recorder:
    """A connection that keeps what is written to it; it can be slow, and it can break."""

    def __init__(self, *, is_plain: bool = False) -> None:
        self.is_plain = is_plain
        self.is_broken = False
        self.texts: list[str] = []
        self.flows = asyncio.Event()
        self.flows.set()

    async def send_text(self, text: str) -> None:
        await self.flows.wait()
        if self.is_broken:
            raise ConnectionError("gone")
        self.texts.append(text)

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.texts]

    async def until(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(SECONDS):
            while len(self.texts) < count:
                await asyncio.sleep(0)
        return self.frames


@pytest.fixture
async def outbound() -> Outbound:
    return Outbound(asyncio.get_running_loop())


def titled(title: str, answers: int | None = None) -> Outgoing:
    return Outgoing(op=Op.of({"title": title}), answers=answers)


def titles(frames: list[dict[str, Any]]) -> list[str]:
    return [op["title"] for frame in frames for op in frame["ops"]]


async def written(outbound: Outbound) -> None:
    """Returns when the writer has nothing more to do."""
    async with asyncio.timeout(SECONDS):
        while outbound._writer is not None:
            await asyncio.sleep(0)


async def test_what_waits_when_the_writer_wakes_goes_out_together(outbound: Outbound) -> None:
    socket = Recorder()
    outbound.attach(socket, 0)
    for letter in "abc":
        outbound.put(titled(letter))
    await written(outbound)

    assert socket.frames == [{"seq": 1, "ops": [{"title": letter} for letter in "abc"]}]


async def test_a_frame_answers_one_event_or_none(outbound: Outbound) -> None:
    socket = Recorder()
    outbound.attach(socket, 0)
    for outgoing in (
        titled("a", answers=1),
        titled("news"),
        titled("b", answers=1),
        Outgoing(ack=1),
        titled("c", answers=2),
        Outgoing(ack=2),
    ):
        outbound.put(outgoing)
    await written(outbound)

    assert socket.frames == [
        {"seq": 1, "answers": 1, "ops": [{"title": "a"}]},
        {"seq": 2, "ops": [{"title": "news"}]},
        {"seq": 3, "ack": 1, "ops": [{"title": "b"}]},
        {"seq": 4, "ack": 2, "ops": [{"title": "c"}]},
    ]


async def test_an_error_ends_its_frame(outbound: Outbound) -> None:
    socket = Recorder()
    outbound.attach(socket, 0)
    notice = error_frame(ErrorCode.HANDLER_ERROR, "No.")
    outbound.put(titled("a", answers=1))
    outbound.put(Outgoing(ack=1, notice=notice))
    outbound.put(titled("b", answers=None))
    await written(outbound)

    error = {"code": "handler_error", "message": "No."}
    assert socket.frames == [
        {"seq": 1, "ack": 1, "ops": [{"title": "a"}], "error": error},
        {"seq": 2, "ops": [{"title": "b"}]},
    ]


async def test_a_frame_does_not_grow_without_end(outbound: Outbound) -> None:
    socket = Recorder()
    outbound.attach(socket, 0)
    large = "x" * (FRAME_CHARACTERS // 4)
    for _ in range(20):
        outbound.put(titled(large))
    await written(outbound)

    assert len(titles(socket.frames)) == 20
    assert max(map(len, socket.texts)) < 2 * FRAME_CHARACTERS


async def test_messages_of_many_threads_all_go_out_each_threads_in_order(
    outbound: Outbound,
) -> None:
    socket = Recorder()
    outbound.attach(socket, 0)

    def put_all(name: str) -> None:
        for number in range(200):
            outbound.put(titled(f"{name} {number}"))

    threads = [threading.Thread(target=put_all, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    async with asyncio.timeout(SECONDS):
        while len(titles(socket.frames)) < 800:
            await asyncio.sleep(0.005)

    got = titles(socket.frames)
    for name in "abcd":
        own = [title for title in got if title.startswith(name)]
        assert own == [f"{name} {number}" for number in range(200)]


# Connections that come and go


async def test_a_connection_that_breaks_loses_nothing(outbound: Outbound) -> None:
    broken = Recorder()
    broken.is_broken = True
    outbound.attach(broken, 0)
    outbound.put(titled("a", answers=1))
    outbound.put(Outgoing(ack=1))
    await written(outbound)
    outbound.put(titled("b"))
    socket = Recorder()
    outbound.attach(socket, 0)
    await written(outbound)

    assert titles(socket.frames) == ["a", "b"]
    assert [frame["seq"] for frame in socket.frames] == [1, 2]
    assert broken.texts == []


async def test_a_new_connection_while_the_old_one_hangs_gets_everything_in_order(
    outbound: Outbound,
) -> None:
    hanging, socket = Recorder(), Recorder()
    hanging.flows.clear()
    outbound.attach(hanging, 0)
    outbound.put(titled("a"))
    await asyncio.sleep(0)  # the writer hangs in its first frame
    outbound.put(titled("b"))
    outbound.detach(hanging)
    socket.flows.clear()
    outbound.attach(socket, 0)
    outbound.put(titled("c"))
    await asyncio.sleep(0)
    hanging.flows.set()
    await hanging.until(1)
    await asyncio.sleep(0)
    socket.flows.set()
    await written(outbound)

    assert titles(socket.frames) == ["a", "b", "c"]
    assert titles(hanging.frames) == ["a"], "nothing goes to both after the change"


async def test_an_old_connection_that_breaks_late_does_not_touch_the_new_one(
    outbound: Outbound,
) -> None:
    hanging, socket = Recorder(), Recorder()
    hanging.flows.clear()
    outbound.attach(hanging, 0)
    outbound.put(titled("a"))
    await asyncio.sleep(0)
    outbound.attach(socket, 0)
    hanging.is_broken = True
    hanging.flows.set()
    await asyncio.sleep(0.01)
    outbound.put(titled("b"))
    await written(outbound)

    assert titles(socket.frames) == ["a", "b"]


async def test_a_frame_that_is_seen_while_it_is_written_is_not_written_twice(
    outbound: Outbound,
) -> None:
    socket = Recorder()
    outbound.attach(socket, 0)
    for number in range(3):
        outbound.put(titled(str(number)))
        await written(outbound)
    socket.flows.clear()
    outbound.put(titled("3"))
    await asyncio.sleep(0)
    outbound.saw(3)
    outbound.put(titled("4"))
    socket.flows.set()
    await written(outbound)

    assert titles(socket.frames) == ["0", "1", "2", "3", "4"]
    assert [frame["seq"] for frame in socket.frames] == [1, 2, 3, 4, 5]


async def test_html_counts_as_remembered_on_one_connection_only(outbound: Outbound) -> None:
    first, second = Recorder(), Recorder()
    draw = {"target": "#a", "html": "x" * 500}
    for socket in (first, second):
        outbound.attach(socket, 0)
        outbound.put(Outgoing(op=Op.of(draw)))
        await written(outbound)

    # The second one gets the first frame again, in full, and the second as a delta on it.
    assert [frame["ops"] for frame in second.frames] == [
        [draw],
        [{"target": "#a", "delta": [500, 0, ""]}],
    ]


# The bound


async def test_what_was_written_is_kept_up_to_the_bound(
    outbound: Outbound, settings: Settings
) -> None:
    settings.LIVEVIEW = {"UNSEEN_CHARACTERS": 10_000}
    socket = Recorder()
    outbound.attach(socket, 0)
    for _ in range(100):
        outbound.put(titled("x" * 1000))
        await written(outbound)

    assert len(socket.frames) == 100
    assert outbound._unseen_size <= 10_000
    assert outbound._unseen_size == sum(frame.size for frame in outbound._unseen)
    assert not outbound.can_resume(0)
    assert outbound.can_resume(99)


async def test_what_is_sent_to_a_page_that_is_away_is_kept_up_to_the_bound(
    outbound: Outbound, settings: Settings
) -> None:
    settings.LIVEVIEW = {"UNSEEN_CHARACTERS": 10_000}
    for _ in range(100):
        outbound.put(titled("x" * 1000))

    assert 0 < outbound._unseen_size <= 10_000
    assert not outbound.can_resume(0)


async def test_acknowledgements_alone_fill_the_bound_too(
    outbound: Outbound, settings: Settings
) -> None:
    settings.LIVEVIEW = {"UNSEEN_CHARACTERS": 10 * FRAME_OVERHEAD}
    socket = Recorder()
    outbound.attach(socket, 0)
    for number in range(100):
        outbound.put(Outgoing(ack=number))
        await written(outbound)

    assert len(outbound._unseen) <= 10, "of a client that never says what it has seen"


async def test_what_does_not_fit_is_still_written_while_there_is_a_connection(
    outbound: Outbound, settings: Settings
) -> None:
    settings.LIVEVIEW = {"UNSEEN_CHARACTERS": 100}
    socket = Recorder()
    outbound.attach(socket, 0)
    for number in range(10):
        outbound.put(titled(f"{number}" + "x" * 1000, answers=number))
    await written(outbound)

    assert [title[0] for title in titles(socket.frames)] == list("0123456789")


async def test_starting_anew_forgets_what_was_kept_and_numbers_from_one(
    outbound: Outbound,
) -> None:
    outbound.put(titled("old"))
    outbound.restart()
    socket = Recorder()
    outbound.attach(socket, 0)
    outbound.put(titled("new"))
    await written(outbound)

    assert socket.frames == [{"seq": 1, "ops": [{"title": "new"}]}]
    assert (outbound._unseen_size, len(outbound._unseen)) == (outbound._unseen[0].size, 1)


# Plain clients


async def test_a_plain_client_gets_op_by_op(outbound: Outbound) -> None:
    socket = Recorder(is_plain=True)
    outbound.attach(socket, 0)
    for outgoing in (
        titled("a", answers=1),
        Outgoing(ack=1),
        titled("b"),
        Outgoing(notice=error_frame(ErrorCode.HANDLER_ERROR, "No.", function="f")),
        Outgoing(notice={"resync": {"reason": "x"}}),
        titled("c"),
    ):
        outbound.put(outgoing)
    await written(outbound)

    assert socket.frames == [
        {"title": "a"},
        {"title": "b"},
        {"error": "No.", "function": "f"},
        {"title": "c"},
    ]
