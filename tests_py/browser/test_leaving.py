"""Leaving a page and coming back to it; and a socket that is dead without saying so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests_py.programs import find_program

from .conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES
from .contact_page import drafts_of
from .page_events import NOTE_EVENTS, wait_for_event
from .proxy import FrameProxy
from .waiting import eventually

ADD_LINK = """() => {
  const link = Object.assign(document.createElement("a"), {id: "away", href: "/contact/?away"});
  document.body.append(Object.assign(link, {textContent: "Away"}));
}"""
NOTE_RETURN = "() => window.addEventListener('pageshow', (event) => { window.shown = event; })"


def follow_a_link(page: Page) -> None:
    page.evaluate(ADD_LINK)
    page.eval_on_selector("#away", "link => link.click()")
    page.wait_for_url("**/?away")


WAYS_TO_LEAVE: dict[str, Callable[[Page], object]] = {
    "reload": lambda page: page.reload(),
    "address bar": lambda page: page.goto("/contact/?away"),
    "link": follow_a_link,
}


@pytest.mark.parametrize("leave", WAYS_TO_LEAVE.values(), ids=WAYS_TO_LEAVE)
def test_text_typed_right_before_leaving_is_in_the_next_page(
    page: Page, proxy: FrameProxy, leave: Callable[[Page], object]
) -> None:
    page.goto("/contact/?debounce=60000")
    wait_for_event(page, "connected")
    page.locator("#id_name").press_sequentially("Ada Lovelace")
    assert proxy.events() == []
    leave(page)

    expect(page.locator("#id_name")).to_have_value("Ada Lovelace")
    assert len(proxy.events("keep_draft")) == 1
    assert drafts_of(page)["contact"]["fields"]["name"] == "Ada Lovelace"


@pytest.fixture
def cached_page(browser: Browser, proxy: FrameProxy) -> Iterator[Page]:
    """A tab of a browser with a back/forward cache, which the one of the other tests has not."""
    chromium = browser.browser_type
    names = (os.environ.get("CHROMIUM"), *CHROMIUM_NAMES, chromium.executable_path)
    with chromium.launch(
        executable_path=find_program(*names),
        args=CHROMIUM_ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    ) as own:
        page = own.new_page(base_url=proxy.url)
        page.add_init_script(NOTE_EVENTS)
        yield page


def test_a_page_from_the_back_forward_cache_is_connected_again(cached_page: Page) -> None:
    page = cached_page
    page.goto("/counter/")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")
    page.evaluate(NOTE_RETURN)
    page.goto("/board/")
    page.evaluate("history.back()")
    page.wait_for_function("() => window.shown?.persisted")
    page.click("#add")

    expect(page.locator("#count")).to_have_text("2")
    assert page.request.get("/session/").json() == {"count": 2}


def test_several_clicks_within_the_throttle_send_one_event(page: Page, proxy: FrameProxy) -> None:
    page.goto("/counter/")
    page.eval_on_selector("#add", "button => { button.dataset.liveviewThrottle = 60000; }")
    for _ in range(3):
        page.click("#add")
    page.click("#add-async")

    expect(page.locator("#count")).to_have_text("2")
    assert [event["function"] for event in proxy.events()] == ["add_one", "add_one_async"]


def test_a_dead_socket_is_found_and_the_click_counts_once(page: Page, proxy: FrameProxy) -> None:
    page.goto("/counter/")
    wait_for_event(page, "connected")
    proxy.freeze()
    page.click("#add")
    eventually(lambda: proxy.events("add_one"))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    wait_for_event(page, "disconnected")

    expect(page.locator("#count")).to_have_text("1")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("2")
    assert page.request.get("/session/").json() == {"count": 2}
