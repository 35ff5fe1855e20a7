"""Fixtures of the tests with real servers and a real browser.

Playwright's sync API keeps an event loop running in this thread for as long as it is started.
That is why its fixtures end with this package and why no test in it is a coroutine function.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests_py.programs import find_program
from tests_py.project.gates import Gate

from .page_events import NOTE_EVENTS
from .proxy import FrameProxy
from .server import CHECKOUT, COMMANDS, LiveServer, Servers

MILLISECONDS = 15_000  # how long a condition may take to come true on a busy machine
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Servers


@pytest.fixture(scope="package")
def bundle() -> None:
    """The tests run with the front end as it is in the checkout."""
    built = subprocess.run([sys.executable, "build.py"], cwd=CHECKOUT, stderr=subprocess.PIPE)
    if built.returncode:
        pytest.fail(f"build.py has failed:\n{built.stderr.decode()}", pytrace=False)


@pytest.fixture(scope="package")
def servers(bundle: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    servers = Servers(tmp_path_factory.mktemp("servers"))
    yield servers
    servers.end_all()


@pytest.fixture(scope="package", params=sorted(COMMANDS))
def server_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="package")
def shared_server(servers: Servers, server_kind: str) -> LiveServer:
    return servers.start(server_kind)


@pytest.fixture
def server(shared_server: LiveServer) -> LiveServer:
    """A server with the default settings; a test may kill it, the next one starts it again."""
    shared_server.start()
    shared_server.forget_log()
    return shared_server


@pytest.fixture
def gate(server: LiveServer) -> Iterator[Gate]:
    """Holds handlers of the server; it is open again after the test."""
    gate = server.gate(uuid.uuid4().hex)
    yield gate
    gate.open()


# The browser, which always reaches the server through the proxy


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = find_program(os.environ.get("CHROMIUM"), *CHROMIUM_NAMES, own)
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def proxy(server: LiveServer) -> Iterator[FrameProxy]:
    with FrameProxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def new_context(browser: Browser, proxy: FrameProxy) -> Iterator[Callable[[], BrowserContext]]:
    """Makes browser contexts: each is a visitor with cookies of its own."""
    contexts: list[BrowserContext] = []

    def open_context() -> BrowserContext:
        contexts.append(browser.new_context(base_url=proxy.url))
        contexts[-1].set_default_timeout(MILLISECONDS)
        return contexts[-1]

    yield open_context
    for context in contexts:
        context.close()


@pytest.fixture
def context(new_context: Callable[[], BrowserContext]) -> BrowserContext:
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab. An exception that nothing catches in the page fails the test."""
    page = context.new_page()
    page.add_init_script(NOTE_EVENTS)
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    assert not errors


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shows beside a failure what the server has said."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and server is not None:
        report.sections.append((f"{server.kind} log", server.log))
    return report
