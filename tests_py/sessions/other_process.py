"""A process of its own that works on a test's session; started by the tests, see `start`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]


def start(settings: dict[str, Any], job: str, *arguments: object) -> subprocess.Popen[str]:
    """Runs one of JOBS; it says "ready" when it has what it needs, and waits for a line."""
    from django.conf import settings as own

    databases = {
        "default": {**own.DATABASES["default"], "NAME": str(own.DATABASES["default"]["NAME"])}
    }
    databases["default"] = {
        name: databases["default"][name] for name in ("ENGINE", "NAME", "OPTIONS")
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests_py.sessions.other_process", job, *map(str, arguments)],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests_py.settings",
            "LIVEVIEW_TEST_SETTINGS": json.dumps({"DATABASES": databases, **settings}),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> str:
    """The next line that it says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str]) -> None:
    """Let it go on."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def write_keys(session_key: str, name: str, times: str) -> None:
    """A process with plain views, each of which sets a key of its own."""
    from .stores import change

    say("ready")
    sys.stdin.readline()
    for number in range(int(times)):
        change(session_key, **{f"{name}{number}": number})


def hold_lock(session_key: str, lease_seconds: str) -> None:
    """A process whose handler holds a session until it is told to end."""
    from liveview.sessions import leases, locks

    leases.LEASE_SECONDS = float(lease_seconds)
    lock = locks.SessionLock(session_key)
    lock.acquire_in_thread()
    say("ready")
    sys.stdin.readline()
    lock.release()


def hold_mutex(directory: str, session_key: str) -> None:
    from liveview.sessions.mutex import file_mutex

    with file_mutex(directory, session_key):
        say("ready")
        sys.stdin.readline()


JOBS = {job.__name__: job for job in (write_keys, hold_lock, hold_mutex)}

if __name__ == "__main__":
    import django

    django.setup()
    JOBS[sys.argv[1]](*sys.argv[2:])
