"""How long others wait while one plain handler is held, and while one session's lock is (D5).

``python benchmarks/slow_handlers.py [--server daphne] [--quick]``
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable
from contextlib import ExitStack
from statistics import quantiles

from pages import PAGES, PlainPage
from servers import Server, running
from tables import print_table

OTHERS = 50
SAMPLES = 50
WAITING = 20
PAUSE = 0.2  # for what was sent to be under way in the server

SUBJECTS = {"ours": "ours", "django-liveview 2.5.0": "reference"}


class Scene:
    """One server with one held handler, and the ones who should not notice."""

    def __init__(self, name: str, server: Server, seconds: float) -> None:
        self._name = name
        self._server = server
        self._seconds = seconds
        self._page = PAGES[SUBJECTS[name]]
        self.rows: list[list[str]] = []

    async def play(self) -> None:
        own, *cookies = self._server.cookies
        held = await self._page.open(self._server, own)
        others = [await self._page.open(self._server, cookie) for cookie in cookies]
        for page in (held, *others):
            await page.call("count")  # everything is imported and every thread has started
        await self._while_a_handler_is_held(held, others)
        await self._while_a_session_is_locked(own, others[0])

    async def _while_a_handler_is_held(self, held: PlainPage, others: list[PlainPage]) -> None:
        speaker, *askers = others
        await held.send("hold", seconds=self._seconds)
        await asyncio.sleep(PAUSE)
        *answers, opened, heard = await asyncio.gather(
            *(_timed(page.call("count")) for page in askers),
            _timed(self._page.open(self._server)),
            _timed(_announce(speaker, held)),
        )
        self._note(f"{len(askers)} other pages, one event each", answers)
        self._note("a new page", [opened])
        self._note("a message for the held page", [heard])
        await asyncio.sleep(self._seconds)
        await _drain(held, *others)

    async def _while_a_session_is_locked(self, cookie: str, other: PlainPage) -> None:
        pages = [await self._page.open(self._server, cookie) for _ in range(WAITING)]
        seconds = self._seconds / WAITING
        calls = asyncio.gather(*(page.call("hold_session", seconds=seconds) for page in pages))
        await asyncio.sleep(PAUSE)
        times: list[float] = []
        while not calls.done() and len(times) < SAMPLES:
            times.append(await _timed(other.call("count")))
            await asyncio.sleep(self._seconds / (2 * SAMPLES))
        self._note("another visitor, while 20 events wait for one session", times)
        await calls

    def _note(self, what: str, times: list[float]) -> None:
        cuts = quantiles(times, n=20, method="inclusive") if len(times) > 1 else times * 19
        numbers = (cuts[9], cuts[18], max(times))
        self.rows.append([self._name, what, *(f"{number * 1000:.0f}" for number in numbers)])


async def _announce(speaker: PlainPage, hearer: PlainPage) -> None:
    await speaker.send("announce")
    while "#news" not in await hearer.next_text():
        pass


async def _timed(work: Awaitable[object]) -> float:
    start = time.perf_counter()
    await work
    return time.perf_counter() - start


async def _drain(*pages: PlainPage) -> None:
    """Reads what has come unasked: the held handler's answer, the announcement."""
    for page in pages:
        while True:
            try:
                await asyncio.wait_for(page.next_text(), PAUSE / 10)
            except TimeoutError:
                break


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", choices=["uvicorn", "daphne"], default="uvicorn")
    parser.add_argument("--seconds", type=float, default=5, help="how long the handler is held")
    parser.add_argument("--quick", action="store_true", help="hold it for 2 seconds")
    options = parser.parse_args()
    seconds = 2 if options.quick else options.seconds
    rows = []
    for name, environment in SUBJECTS.items():
        with ExitStack() as stack:
            server = stack.enter_context(
                running(environment, "project", options.server, OTHERS + 2)
            )
            scene = Scene(name, server, seconds)
            asyncio.run(scene.play())
            rows += scene.rows
    print(f"{options.server}; one plain handler held for {seconds:g} s; milliseconds\n")
    print_table(["subject", "who waits", "median", "p95", "max"], rows)


if __name__ == "__main__":
    main()
