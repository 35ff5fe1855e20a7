"""A page in a process of its own, for tests with two: prints the titles that reach it.

``python -m tests_py.far_page <how many>`` prints "open", then a JSON list; one line each.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

import django


async def main(count: int) -> None:
    from tests_py.socket_driver import SocketDriver

    titles: list[str] = []
    async with SocketDriver() as socket:
        sys.stdout.write("open\n")
        sys.stdout.flush()
        while len(titles) < count:
            titles += [op["title"] for op in (await socket.frame())["ops"]]
    sys.stdout.write(json.dumps(titles) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests_py.settings")
    django.setup()
    asyncio.run(main(int(sys.argv[1])))
