"""The counter: what is counted is seen, kept and shared."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from .proxy import FrameProxy
from .server import LiveServer
from .waiting import eventually


def test_a_click_counts(page: Page) -> None:
    page.goto("/counter/")
    page.click("#add")

    expect(page.locator("#count")).to_have_text("1")


def test_an_async_handler_counts_in_the_same_session(page: Page) -> None:
    page.goto("/counter/")
    page.click("#add")
    page.click("#add-async")

    expect(page.locator("#count")).to_have_text("2")


def test_the_count_survives_a_reload(page: Page) -> None:
    page.goto("/counter/")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")
    page.reload()

    expect(page.locator("#count")).to_have_text("1")


def test_the_count_survives_a_restart_of_the_server(page: Page, server: LiveServer) -> None:
    page.goto("/counter/")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")
    server.stop()
    server.start()
    page.click("#add")
    expect(page.locator("#count")).to_have_text("2")
    page.reload()

    expect(page.locator("#count")).to_have_text("2")


def test_s6_a_first_visitor_keeps_the_count(page: Page, context: BrowserContext) -> None:
    assert context.cookies() == []
    page.goto("/counter/")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")

    assert page.request.get("/session/").json() == {"count": 1}


def test_two_visitors_count_apart(page: Page, new_context: Callable[[], BrowserContext]) -> None:
    other = new_context().new_page()
    for each in (page, other):
        each.goto("/counter/")
        each.click("#add")

    expect(page.locator("#count")).to_have_text("1")
    expect(other.locator("#count")).to_have_text("1")


def test_s1_two_tabs_share_one_count(page: Page, context: BrowserContext) -> None:
    other = context.new_page()
    page.goto("/counter/")
    other.goto("/counter/")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")
    other.click("#add")

    expect(other.locator("#count")).to_have_text("2")


def test_s2_100_clicks_alternating_in_two_tabs_give_100(
    page: Page, context: BrowserContext, proxy: FrameProxy
) -> None:
    tabs = [page, context.new_page()]
    for tab in tabs:
        tab.goto("/counter/")
    for click in range(100):
        tabs[click % 2].eval_on_selector("#add", "button => button.click()")
    eventually(lambda: page.request.get("/session/").json() == {"count": 100})
    eventually(lambda: "100" in [tab.inner_text("#count b") for tab in tabs])

    assert len(proxy.events("add_one")) == 100
