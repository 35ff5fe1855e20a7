"""Work in order, by a task that exists only while there is some."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest

from liveview.mailbox import mailbox_of
from liveview.serial import Serial, is_cancelled

language: ContextVar[str] = ContextVar("language", default="none")


async def test_pieces_are_done_one_after_another() -> None:
    done = []

    async def work(piece: int) -> None:
        await asyncio.sleep(0.01 if piece == 1 else 0)
        done.append(piece)

    serial = Serial(asyncio.get_running_loop(), work)
    for piece in (1, 2, 3):
        serial.put(piece)
    assert not serial.is_idle
    await serial.settled()

    assert done == [1, 2, 3]
    assert serial.is_idle


async def test_a_piece_that_fails_is_logged_and_the_next_ones_follow(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = []

    async def work(piece: int) -> None:
        done.append(10 // piece)

    serial = Serial(asyncio.get_running_loop(), work)
    for piece in (0, 5):
        serial.put(piece)
    await serial.settled()

    assert done == [2]
    assert "ZeroDivisionError" in caplog.text


async def test_what_the_caller_has_set_is_not_for_the_work() -> None:
    seen = []

    async def work(piece: int) -> None:
        seen.append(language.get())

    serial = Serial(asyncio.get_running_loop(), work)
    language.set("es")
    serial.put(1)
    await serial.settled()

    assert seen == ["none"]


async def test_only_a_task_that_is_cancelled_itself_ends() -> None:
    outcomes = []

    async def wait_for(inner: asyncio.Future[None]) -> None:
        try:
            await inner
        except asyncio.CancelledError:
            outcomes.append(is_cancelled())

    inner = asyncio.get_running_loop().create_future()
    other = asyncio.get_running_loop().create_future()
    first, second = asyncio.create_task(wait_for(inner)), asyncio.create_task(wait_for(other))
    await asyncio.sleep(0)
    inner.cancel()
    await first
    second.cancel()
    await second

    assert outcomes == [False, True]


async def test_a_letter_that_fails_does_not_keep_back_the_next_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = asyncio.Event()
    mailbox = mailbox_of(asyncio.get_running_loop())
    mailbox.post(lambda: [].pop())
    mailbox.post(done.set)
    async with asyncio.timeout(10):
        await done.wait()

    assert "pop from empty list" in caplog.text
