"""D2 and D6: broken sockets and killed servers; what was clicked counts once."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests_py.project.gates import Gate

from .proxy import FrameProxy
from .server import LiveServer
from .waiting import LONG

OUTAGES = [10, 60] if LONG else [10]


def assert_counted(page: Page, count: int) -> None:
    """One more click shows that what came before counted once, in the page and in the session."""
    page.click("#add")
    expect(page.locator("#count")).to_have_text(str(count + 1))
    assert page.request.get("/session/").json() == {"count": count + 1}


def test_d2_socket_cut_before_the_answer_counts_once(page: Page, proxy: FrameProxy) -> None:
    page.goto("/counter/")
    cut = proxy.cut_after_send()
    page.click("#add")
    cut.wait()

    assert_counted(page, 1)


def test_d2_socket_cut_after_the_commit_counts_once(page: Page, proxy: FrameProxy) -> None:
    page.goto("/counter/")
    cut = proxy.cut_after_receipt()
    page.click("#add")
    cut.wait()

    assert_counted(page, 1)


def test_d2_a_lost_answer_comes_after_the_reconnect(page: Page, proxy: FrameProxy) -> None:
    page.goto("/counter/")
    cut = proxy.cut_after_receipt()
    page.click("#add")
    cut.wait()

    expect(page.locator("#count")).to_have_text("1")


def test_d2_server_killed_after_the_commit_counts_once(
    page: Page, proxy: FrameProxy, server: LiveServer
) -> None:
    page.goto("/counter/")
    cut = proxy.cut_after_receipt(then_refuse=True)
    page.click("#add")
    cut.wait()
    server.kill()
    server.start()
    proxy.accept()

    assert_counted(page, 1)


def test_d2_server_killed_before_the_commit_counts_once(
    page: Page, server: LiveServer, gate: Gate
) -> None:
    page.goto(f"/trials/?gate={gate.name}")
    page.click("#change_and_hold")
    gate.wait_entered()
    server.kill()
    gate.open()
    server.start()

    expect(page.locator("#after")).to_have_text("1")
    assert page.request.get("/session/").json() == {"count": 1}


@pytest.mark.parametrize("seconds", OUTAGES)
def test_d6_the_page_is_alive_after_an_outage_and_clicks_count_once(
    page: Page, server: LiveServer, seconds: int
) -> None:
    page.goto("/counter/")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")
    server.stop()
    back = time.monotonic() + seconds
    expect(page.locator("html")).to_have_attribute("data-liveview-offline", "")
    expect(page.locator("#no-connection")).to_have_class("no-connection--show")
    for _ in range(3):
        page.click("#add")
    page.wait_for_timeout((back - time.monotonic()) * 1000)
    server.start()

    expect(page.locator("#count")).to_have_text("4", timeout=60_000)
    expect(page.locator("html")).not_to_have_attribute("data-liveview-offline", "")
    expect(page.locator("#no-connection")).to_have_class("no-connection--hide")
    assert_counted(page, 4)


def test_d6_repeated_cuts_lose_no_click(page: Page, proxy: FrameProxy) -> None:
    page.goto("/counter/")
    for _ in range(5):
        page.click("#add")
        proxy.cut_now()

    expect(page.locator("#count")).to_have_text("5")
    assert_counted(page, 5)
