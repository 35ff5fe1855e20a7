"""Real servers as processes of their own, each with a directory for its database and its log."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests_py.project.gates import Gate

CHECKOUT = Path(__file__).parents[2]
APPLICATION = "tests_py.project.asgi:application"
HOST = "127.0.0.1"
SECONDS = 30.0
STEP = 0.02

COMMANDS = {
    "daphne": ["daphne", "-b", HOST, "-p", "{port}", APPLICATION],
    "uvicorn": ["uvicorn", "--host", HOST, "--port", "{port}", "--lifespan", "off", APPLICATION],
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def environment(directory: Path, settings: dict[str, Any]) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests_py.settings",
        "LIVEVIEW_TEST_DIRECTORY": str(directory),
        "LIVEVIEW_TEST_SETTINGS": json.dumps(settings),
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
    }


def migrate(directory: Path) -> Path:
    """Makes an empty database that servers get a copy of."""
    command = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity=0"]
    subprocess.run(command, env=environment(directory, {}), cwd=CHECKOUT, check=True)
    return directory / "db.sqlite3"


class LiveServer:
    """One server process; it keeps port, database and log over a restart."""

    def __init__(self, kind: str, directory: Path, settings: dict[str, Any] | None = None) -> None:
        self.kind = kind
        self.directory = directory
        self.port = free_port()
        self._settings = settings or {}
        self._log = directory / f"{kind}-{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._log_read = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> str:
        """What the server has said since `forget_log`."""
        return self._log.read_text(errors="replace")[self._log_read :]

    def forget_log(self) -> None:
        self._log_read = len(self._log.read_text(errors="replace"))

    def gate(self, name: str) -> Gate:
        return Gate(self.directory, name)

    def start(self) -> None:
        """Starts the server unless it runs, and returns when it answers."""
        if self._process is not None and self._process.poll() is None:
            return
        command = [part.format(port=self.port) for part in COMMANDS[self.kind]]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=environment(self.directory, self._settings),
                cwd=CHECKOUT,
                stdout=log,
                stderr=log,
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Asks the server to end, as a deployment does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server without giving it a chance to clean up."""
        self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(sign)
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # it writes into its log where it hangs
            process.wait(SECONDS)
            raise
        finally:
            process.kill()
            process.wait()

    def _wait_until_it_answers(self) -> None:
        end = time.monotonic() + SECONDS
        while not self._answers():
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"{self.kind} has ended at its start:\n{self.log}")
            if time.monotonic() > end:
                raise TimeoutError(f"{self.kind} does not answer:\n{self.log}")
            time.sleep(STEP)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/alive/", timeout=SECONDS).close()
        except (urllib.error.URLError, ConnectionError):
            return False
        return True


class Servers:
    """Makes servers for tests, and ends them all in the end."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._database = migrate(self.directory("template"))
        self._made: list[LiveServer] = []

    def directory(self, name: str) -> Path:
        path = self._directory / f"{name}-{len(list(self._directory.iterdir()))}"
        path.mkdir()
        return path

    def start(self, kind: str, **settings: Any) -> LiveServer:
        """A server with a fresh database."""
        directory = self.directory(kind)
        shutil.copy(self._database, directory)
        return self.start_beside(directory, kind, **settings)

    def start_beside(self, directory: Path, kind: str, **settings: Any) -> LiveServer:
        """A further process over the database that is in the directory."""
        server = LiveServer(kind, directory, settings)
        self._made.append(server)
        server.start()
        return server

    def end_all(self) -> None:
        for server in self._made:
            server.kill()
