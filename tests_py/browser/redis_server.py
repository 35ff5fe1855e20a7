"""A Redis of the tests' own, without persistence."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator

import redis

from .server import HOST, SECONDS, STEP, free_port


@contextlib.contextmanager
def redis_server(executable: str) -> Iterator[str]:
    """Runs redis-server and gives its URL."""
    port = free_port()
    options = ["--bind", HOST, "--port", str(port), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([executable, *options], stdout=subprocess.DEVNULL)
    try:
        url = f"redis://{HOST}:{port}"
        wait_until_it_answers(url)
        yield url
    finally:
        process.terminate()
        process.wait(SECONDS)


def wait_until_it_answers(url: str) -> None:
    end = time.monotonic() + SECONDS
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > end:
                    raise
                time.sleep(STEP)
            else:
                return
