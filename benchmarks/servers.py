"""Servers under measurement: each a process of its own, in its own environment."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from environments import python_of

SUBJECTS = Path(__file__).parent / "subjects"
HOST = "127.0.0.1"
SECONDS = 30.0

COMMANDS = {
    "daphne": ["daphne", "-v", "0", "-b", HOST, "-p", "{port}"],
    "uvicorn": [
        "uvicorn", "--host", HOST, "--port", "{port}", "--lifespan", "off", "--log-level", "error",
    ],
}  # fmt: skip


class Server:
    """One running server."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, cookies: list[str]) -> None:
        self.process = process
        self.port = port
        self.cookies = cookies  # one for each visitor who has a session
        # Linux: the clock of another process counts all its threads, ended ones too, in ns.
        self._clock = (~process.pid << 3) | 2

    def cpu_seconds(self) -> float:
        """User and system time of the process so far."""
        return time.clock_gettime(self._clock)

    def resident_bytes(self) -> int:
        """Memory of the process now."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(
    environment: str, application: str, kind: str = "uvicorn", visitors: int = 0
) -> Iterator[Server]:
    """Runs ``subjects/<application>.py`` under uvicorn or daphne, with a database of its own."""
    python = python_of(environment)
    with tempfile.TemporaryDirectory() as directory:
        variables = {**os.environ, "BENCHMARK_DIRECTORY": directory, "PYTHONPATH": str(SUBJECTS)}
        cookies = _give_sessions(python, variables, visitors)
        port = _free_port()
        command = [part.format(port=port) for part in COMMANDS[kind]]
        log = Path(directory, "log")
        process = subprocess.Popen(
            [str(python), "-m", *command, f"{application}:application"],
            cwd=SUBJECTS,
            env=variables,
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_open(process, port, log)
            yield Server(process, port, cookies)
        finally:
            process.kill()
            process.wait()


def _give_sessions(python: Path, variables: dict[str, str], visitors: int) -> list[str]:
    command = [str(python), "give_sessions.py", str(visitors)]
    output = subprocess.run(
        command, cwd=SUBJECTS, env=variables, check=True, capture_output=True, text=True
    ).stdout
    keys = json.loads(output.splitlines()[-1])
    return [f"sessionid={key}" for key in keys]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_open(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while True:
        try:
            return socket.create_connection((HOST, port)).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"A server did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
