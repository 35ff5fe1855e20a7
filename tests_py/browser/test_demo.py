"""The demo site in a real browser: from the first visit to a message on the drying rack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .demo_site import (
    TYPED,
    demo_site,
    expect_empty,
    expect_filled_in,
    send,
    visitor,
    wait_until_kept,
    write_a_draft,
)

PAGES = ["/", "/counter/", "/contact/"]
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def demo(bundle: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_site(tmp_path_factory.mktemp("demo")) as url:
        yield url


@pytest.fixture
def context(browser: Browser, demo: str) -> Iterator[BrowserContext]:
    with visitor(browser, demo) as context:
        yield context


def test_the_counter_counts_and_is_remembered(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Count some sheets").click()
    for _ in range(3):
        page.get_by_role("button", name="Print a sheet").click()
    page.get_by_role("button", name="Take one back").click()
    expect(page.locator("#count")).to_have_text("2")
    page.reload()
    expect(page.locator("#count")).to_have_text("2")
    page.get_by_role("button", name="Print a sheet").click()
    expect(page.locator("#count")).to_have_text("3")
    page.goto("/")
    page.go_back()
    expect(page.locator("#count")).to_have_text("3")
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("#count")).to_have_text("0")


def test_a_draft_is_there_when_the_visitor_returns(page: Page) -> None:
    write_a_draft(page)
    page.goto("/")
    expect(page.get_by_text("Your draft is from")).to_be_visible()
    page.get_by_role("link", name="Write to the studio").click()
    expect(page.get_by_text("You have a saved draft")).to_be_visible()
    expect_filled_in(page)


def test_restore_brings_a_draft_from_another_tab(page: Page, context: BrowserContext) -> None:
    write_a_draft(page)
    other = context.new_page()
    other.goto("/contact/")
    page.get_by_label("Your name").fill("Ada King")
    wait_until_kept(page, "Ada King")
    other.get_by_role("button", name="Restore draft").click()
    expect(other.get_by_text("Draft restored.")).to_be_visible()
    expect(other.get_by_label("Your name")).to_have_value("Ada King")


def test_a_discarded_draft_leaves_an_empty_form(page: Page) -> None:
    write_a_draft(page)
    page.reload()
    page.get_by_role("button", name="Discard draft").click()
    expect(page.get_by_text("The draft is gone.")).to_be_visible()
    expect_empty(page)
    page.reload()
    expect(page.get_by_text("You have a saved draft")).to_have_count(0)
    expect_empty(page)


def test_errors_stand_beside_their_fields_and_the_draft_is_kept(page: Page) -> None:
    write_a_draft(page)
    page.get_by_label("Email").fill("ada@")
    send(page)
    expect(page.locator("#summary")).to_be_in_viewport()
    expect(page.get_by_label("Email")).to_have_attribute("aria-describedby", "id_email_error")
    expect(page.locator("#id_email_error")).to_have_text("Enter a valid email address.")
    expect(page.get_by_label("Email")).to_have_value("ada@")
    page.reload()
    expect(page.get_by_text("You have a saved draft")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value("ada@")


def test_a_valid_message_is_listed_and_its_draft_is_gone(page: Page) -> None:
    write_a_draft(page)
    send(page)
    expect(page.get_by_text("Thank you, Ada Lovelace.")).to_be_visible()
    sheet = page.locator(".sheet").first
    expect(sheet).to_contain_text("A zine, 250 copies, urgent")
    expect(sheet).to_contain_text(TYPED["text"].replace("\n", " "))
    expect_empty(page)
    page.reload()
    expect(page.get_by_text("You have a saved draft")).to_have_count(0)
    expect(sheet).to_contain_text("Ada Lovelace")


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_needs_no_sideways_scrolling(page: Page, path: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(path)
    if path == "/contact/":
        send(page)
        expect(page.locator("#summary")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
