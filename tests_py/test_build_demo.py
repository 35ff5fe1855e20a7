"""`python build.py demo` and `--watch`: what runs until it is ended, in a copy of the checkout."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests_py.browser.server import free_port
from tests_py.browser.waiting import eventually
from tests_py.checkout import ROOT, Checkout, write_program

NETWORK = "==> Everybody on the network can reach the demo, at the address of this machine\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy in which Python's packages count as installed."""
    checkout = Checkout.copy_to(tmp_path_factory.mktemp("demo") / "checkout")
    ignored = shutil.ignore_patterns("var", "__pycache__")
    shutil.copytree(ROOT / "demo", checkout.path / "demo", ignore=ignored)
    python = f'[ "$2" = pip ] || PYTHONPATH={checkout.path} exec {sys.executable} "$@"'
    write_program(checkout.path / ".venv/bin/python", python)
    (checkout.path / ".venv/.created-by").write_text(sys.version)
    return checkout


class Running:
    """A build.py that goes on until it is ended."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def output(self) -> str:
        return self._log.read_text()

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def press_control_c(self) -> int:
        """Interrupts all of its processes, as a terminal does; returns the exit code."""
        os.killpg(self._process.pid, signal.SIGINT)
        return self._process.wait(10)


@contextmanager
def running(checkout: Checkout, *arguments: str) -> Iterator[Running]:
    database = str(checkout.path / "demo.sqlite3")
    settings = {"DEMO_DATABASE": database, "DJANGO_SETTINGS_MODULE": "config.settings"}
    log = checkout.path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "build.py", *arguments],
            cwd=checkout.path,
            env=os.environ | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Running(process, log)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def has_version_6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def answer(url: str, host: str | None = None) -> str | None:
    """The page at this address, asked for under the name of the host; None if nothing answers."""
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request) as response:
            return str(response.read().decode())
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.reason}"
    except (urllib.error.URLError, ConnectionError):
        return None


def is_served(demo: Running, url: str) -> bool:
    assert not demo.has_ended(), demo.output
    return answer(url) is not None


def test_the_demo_is_served_until_it_is_interrupted(checkout: Checkout) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    with running(checkout, "demo", f"--port={port}") as demo:
        eventually(lambda: is_served(demo, url), 30)

        assert "Overprint" in (answer(url) or "")
        script = checkout.static / "liveview.js"
        assert answer(f"{url}/static/liveview/liveview.js") == script.read_text()
        assert answer(url, host="elsewhere.example") == "400 Bad Request"
        assert f"==> Serving the demo on {url} (stop with Ctrl+C)\n" in demo.output
        assert NETWORK not in demo.output
        demo.press_control_c()

    eventually(lambda: answer(url) is None)


def test_the_network_reaches_a_demo_that_is_opened_to_it(checkout: Checkout) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    with running(checkout, "demo", f"--port={port}", "--host=0.0.0.0") as demo:
        eventually(lambda: is_served(demo, url), 30)

        assert "Overprint" in (answer(url, host="printer.local") or "")
        assert NETWORK in demo.output
        demo.press_control_c()


@pytest.mark.skipif(not has_version_6(), reason="This machine has no IPv6.")
def test_an_address_of_version_6_is_written_in_brackets(checkout: Checkout) -> None:
    port = free_port()
    url = f"http://[::1]:{port}"

    with running(checkout, "demo", f"--port={port}", "--host=::1") as demo:
        eventually(lambda: is_served(demo, url), 30)

        assert "Overprint" in (answer(url) or "")
        assert f"==> Serving the demo on {url} (stop with Ctrl+C)\n" in demo.output
        assert NETWORK not in demo.output
        demo.press_control_c()


def test_a_port_that_is_taken_is_named_before_anything_is_done(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = checkout.attempt("demo", f"--port={port}")

    assert result.returncode == 1
    assert result.stdout.startswith(
        f"\nThe demo cannot listen on port {port} of 127.0.0.1. "
        "Choose another with --port, or end what uses it.\n"
    )


def test_watching_bundles_again_after_a_change(checkout: Checkout) -> None:
    main = checkout.path / "frontend" / "main.js"
    script = checkout.static / "liveview.min.js"
    script.unlink(missing_ok=True)

    with running(checkout, "--watch") as watch:
        eventually(lambda: script.is_file() and script.stat().st_size)
        assert "changed while watching" not in script.read_text()
        main.write_text(main.read_text() + 'window.note = "changed while watching";\n')
        eventually(lambda: "changed while watching" in script.read_text())

        assert watch.press_control_c() == 130
