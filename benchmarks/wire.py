"""Bytes that go to the page when one cell of a 33 kB table changes (R4).

``python benchmarks/wire.py``
"""

from __future__ import annotations

import asyncio

from pages import PAGES
from servers import Server, running
from tables import print_table

SUBJECTS = {"ours": "ours", "django-liveview 2.5.0": "reference"}


async def sizes(environment: str, server: Server) -> list[int]:
    """Payload bytes for the first table, and for the same with another amount in one cell."""
    page = await PAGES[environment].open(server)
    answers = [await page.call("show_orders", amount=amount) for amount in ("19.90", "24.50")]
    return [sum(len(text.encode()) for text in texts) for texts in answers]


def measured(environment: str) -> list[str]:
    """Both sizes, for the table."""
    with running(environment, "project", visitors=1) as server:
        return [str(size) for size in asyncio.run(sizes(environment, server))]


def main() -> None:
    rows = [[name, *measured(environment)] for name, environment in SUBJECTS.items()]
    print_table(["subject", "first table, bytes", "one cell changed (budget of ours: 120)"], rows)


if __name__ == "__main__":
    main()
