"""CPU time of the server for one broadcast to many pages, and whether all of it arrives (D4).

``python benchmarks/broadcast.py [--pages 2000] [--server daphne] [--quick]``
"""

from __future__ import annotations

import argparse
import asyncio
import resource
from dataclasses import dataclass
from statistics import median

from pages import PAGES, PlainPage
from servers import Server, running
from tables import print_table

SPARE_FILES = 200
QUIET_SECONDS = 3.0  # nothing more will come after that

SUBJECTS = {
    "bare ASGI fan-out": ("channels", "fan_out_asgi"),
    "ours": ("ours", "project"),
    "django-liveview 2.5.0": ("reference", "project"),
}


@dataclass
class Result:
    """CPU seconds of each broadcast, and the share of its messages that arrived."""

    seconds: list[float]
    arrived: list[float]


class Audience:
    """Pages that count what they hear."""

    def __init__(self, pages: list[PlainPage]) -> None:
        self._pages = pages
        self._heard = 0
        self._tasks = [asyncio.create_task(self._listen(page)) for page in pages]

    async def hear(self) -> int:
        """How many messages came: one for each page, or fewer when it has become quiet."""
        before = -1
        while before < self._heard < len(self._pages):
            before = self._heard
            await self._until_all_or(QUIET_SECONDS)
        heard, self._heard = self._heard, 0
        return heard

    def leave(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _until_all_or(self, seconds: float) -> None:
        for _ in range(int(seconds / 0.01)):
            if self._heard >= len(self._pages):
                return
            await asyncio.sleep(0.01)

    async def _listen(self, page: PlainPage) -> None:
        while True:
            await page.next_text()
            self._heard += 1


async def measure(environment: str, server: Server, pages: int, rounds: int) -> Result:
    """The first broadcast warms up and is not counted."""
    kind = PAGES[environment]
    speaker = await kind.open(server)
    audience = Audience([await kind.open(server) for _ in range(pages)])
    result = Result([], [])
    for _ in range(rounds + 1):
        before = server.cpu_seconds()
        await speaker.send("announce")
        result.arrived.append(await audience.hear() / pages)
        result.seconds.append(server.cpu_seconds() - before)
    audience.leave()
    return Result(result.seconds[1:], result.arrived[1:])


def measured(name: str, kind: str, pages: int, rounds: int) -> Result:
    environment, application = SUBJECTS[name]
    with running(environment, application, kind, visitors=1) as server:
        return asyncio.run(measure(environment, server, pages, rounds))


def allow_files(count: int) -> None:
    """Each page is an open file here, and another in the server, which inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", choices=["uvicorn", "daphne"], default="uvicorn")
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="200 pages, 3 broadcasts")
    options = parser.parse_args()
    pages, rounds = (200, 3) if options.quick else (options.pages, 10)
    allow_files(pages + SPARE_FILES)
    results = {name: measured(name, options.server, pages, rounds) for name in SUBJECTS}
    bare = median(results["bare ASGI fan-out"].seconds)
    print(f"{options.server}, {rounds} broadcasts to {pages} pages\n")
    print_table(
        ["subject", "ms per broadcast", "ratio (budget of ours: 2.5)", "arrived"],
        [
            [
                name,
                f"{median(result.seconds) * 1000:.1f}",
                f"{median(result.seconds) / bare:.1f}",
                f"{min(result.arrived):.0%}",
            ]
            for name, result in results.items()
        ],
    )


if __name__ == "__main__":
    main()
