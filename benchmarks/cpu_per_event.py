"""CPU time of the server for one event: ours beside Channels alone and django-liveview 2.5.0.

``python benchmarks/cpu_per_event.py [--server daphne] [--quick]``
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from pages import PAGES, PlainPage
from servers import Server, running
from tables import print_table

CONNECTIONS = 10
CHANNELS = "bare Channels consumer"
SAVED = "django-liveview 2.5.0, session counter, save()"

Place = tuple[str, str]  # environment and application


@dataclass(frozen=True)
class Subject:
    """One line of the table: what runs, and beside which other line it is judged."""

    name: str
    environment: str
    application: str
    function: str
    beside: str = CHANNELS
    budget: float | None = None

    @property
    def place(self) -> Place:
        """Subjects of one place run in one process."""
        return self.environment, self.application


SUBJECTS = [
    Subject("bare ASGI echo", "channels", "echo_asgi", "count"),
    Subject(CHANNELS, "channels", "echo_channels", "count"),
    Subject("ours, plain handler", "ours", "project", "count", budget=0.65),
    Subject("ours, async handler", "ours", "project", "count_async", budget=0.6),
    Subject("django-liveview 2.5.0, plain handler", "reference", "project", "count"),
    Subject("ours, session counter", "ours", "project", "count_in_session", SAVED, 0.5),
    Subject(SAVED, "reference", "project", "count_and_save", SAVED),
]


@dataclass
class Measurement:
    """A running subject, its pages, and the CPU seconds per event of each round."""

    subject: Subject
    server: Server
    pages: list[PlainPage]
    rounds: list[float]

    async def run(self, events: int) -> float:
        """Every page sends its share of the events, each after the answer to the one before."""
        before = self.server.cpu_seconds()
        share = events // len(self.pages)
        await asyncio.gather(*(self._events(page, share) for page in self.pages))
        return (self.server.cpu_seconds() - before) / (share * len(self.pages))

    async def _events(self, page: PlainPage, count: int) -> None:
        for _ in range(count):
            await page.call(self.subject.function, step="1")


def start_all(servers: ExitStack, kind: str) -> dict[Place, Server]:
    """One server for each application, before any page is opened: starting blocks the loop."""
    places = dict.fromkeys(subject.place for subject in SUBJECTS)
    return {place: servers.enter_context(running(*place, kind, CONNECTIONS)) for place in places}


async def measure(servers: dict[Place, Server], events: int, rounds: int) -> list[Measurement]:
    """All subjects, by turns: whatever else the machine does meets them alike."""
    measurements = [await open_pages(subject, servers[subject.place]) for subject in SUBJECTS]
    for measurement in measurements:
        await measurement.run(events)
    for _ in range(rounds):
        for measurement in measurements:
            measurement.rounds.append(await measurement.run(events))
    return measurements


async def open_pages(subject: Subject, server: Server) -> Measurement:
    """Each page belongs to another visitor."""
    page = PAGES[subject.environment]
    pages = [await page.open(server, cookie) for cookie in server.cookies]
    return Measurement(subject, server, pages, [])


def row(measurement: Measurement, beside: Measurement) -> list[str]:
    """Median and extremes of the rounds; the ratio is the median of those of each round, in which
    both ran one after the other."""
    times = [seconds * 1e6 for seconds in measurement.rounds]
    pairs = zip(measurement.rounds, beside.rounds, strict=True)
    ratio = median(own / other for own, other in pairs)
    budget = measurement.subject.budget
    return [
        measurement.subject.name,
        f"{median(times):.0f}",
        f"{min(times):.0f} to {max(times):.0f}",
        f"{ratio:.2f}",
        "" if budget is None else f"<= {budget:.2f}",
        measurement.subject.beside,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", choices=["uvicorn", "daphne"], default="uvicorn")
    parser.add_argument("--events", type=int, default=400, help="per round and subject")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--quick", action="store_true", help="5 rounds of 200 events")
    options = parser.parse_args()
    events, rounds = (200, 5) if options.quick else (options.events, options.rounds)
    with ExitStack() as servers:
        places = start_all(servers, options.server)
        measurements = asyncio.run(measure(places, events, rounds))
    by_name = {each.subject.name: each for each in measurements}
    print(f"{options.server}, {CONNECTIONS} connections, {rounds} rounds of {events} events\n")
    print_table(
        ["subject", "us per event", "rounds", "ratio", "budget", "beside"],
        [row(each, by_name[each.subject.beside]) for each in measurements],
    )


if __name__ == "__main__":
    main()
