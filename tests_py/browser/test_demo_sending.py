"""Sending a message in the demo: once is enough, however often the visitor presses the button."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .demo_site import (
    demo_site,
    expect_empty,
    fill_in,
    manage,
    send,
    visitor,
    write_a_draft,
)

THANKS = "Thank you, Ada Lovelace."
OLD_MESSAGE = """
insert into studio_message (name, email, phone, website, kind, copies, inks, colour, paper, weight,
    finish, urgent, text, source, sent_at)
values (?, 'ada@example.org', '', '', 'zine', 100, '[]', '#ff48b0', 'recycled', 120,
    '[]', 0, 'Hello', '', '2025-01-01')
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shared_demo(bundle: None, directory: Path) -> Iterator[str]:
    with demo_site(directory) as url:
        yield url


@pytest.fixture
def demo(shared_demo: str, directory: Path) -> str:
    """The address of a demo to which nobody has written yet."""
    with closing(sqlite3.connect(directory / "demo.sqlite3")) as database:
        database.execute("delete from studio_message")
        database.commit()
    return shared_demo


@pytest.fixture
def context(browser: Browser, demo: str) -> Iterator[BrowserContext]:
    with visitor(browser, demo) as context:
        yield context


@pytest.fixture
def visitor_without_javascript(browser: Browser, demo: str) -> Iterator[Page]:
    with browser.new_context(base_url=demo, java_script_enabled=False) as context:
        yield context.new_page()


@contextmanager
def answered(page: Page, count: int) -> Iterator[None]:
    """Begins with a filled-in form; ends when so many submits have been sent and answered."""
    with page.expect_websocket() as opened:
        page.goto("/contact/")
    fill_in(page)
    submits: list[int] = []

    def note(frame: str | bytes) -> None:
        message = json.loads(frame)
        if message.get("function") == "submit_contact":
            submits.append(message["id"])

    def is_last_answer(frame: str | bytes) -> bool:
        return len(submits) == count and json.loads(frame).get("ack", 0) >= submits[-1]

    opened.value.on("framesent", note)
    with opened.value.expect_event("framereceived", is_last_answer):
        yield


def expect_sent(page: Page, count: int) -> None:
    expect(page.locator("#banner")).to_contain_text(THANKS)
    expect(page.locator("#summary")).to_have_count(0)
    expect_empty(page)
    page.reload()
    expect(page.locator(".sheet")).to_have_count(count)


def test_a_double_click_sends_one_message(page: Page) -> None:
    with answered(page, 2):
        page.get_by_role("button", name="Send the message").dblclick()
    expect_sent(page, 1)


def test_enter_pressed_twice_sends_one_message(page: Page) -> None:
    with answered(page, 2):
        page.get_by_label("Your name").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    expect_sent(page, 1)


def test_a_second_click_after_the_answer_is_no_empty_message(page: Page) -> None:
    with answered(page, 2):
        send(page)
        expect(page.locator("#banner")).to_contain_text(THANKS)
        send(page)
    expect_sent(page, 1)


def test_after_one_message_another_can_be_sent(page: Page) -> None:
    page.goto("/contact/")
    fill_in(page)
    send(page)
    expect(page.locator(".sheet")).to_have_count(1)
    fill_in(page)
    send(page)
    expect(page.locator(".sheet")).to_have_count(2)
    expect_sent(page, 2)


def test_a_draft_restored_in_two_tabs_can_be_sent_from_both(
    page: Page, context: BrowserContext
) -> None:
    write_a_draft(page)
    other = context.new_page()
    other.goto("/contact/")
    other.get_by_role("button", name="Restore draft").click()
    expect(other.get_by_text("Draft restored.")).to_be_visible()
    for tab in (page, other):
        send(tab)
        expect(tab.locator("#banner")).to_contain_text(THANKS)
    expect_sent(page, 2)


def test_errors_name_their_fields_and_the_button_keeps_the_focus(page: Page) -> None:
    page.goto("/contact/")
    fill_in(page)
    page.get_by_label("Copies").fill("")
    page.get_by_label("Copies").press_sequentially("1e")
    send(page)
    errors = page.locator("#summary li")
    expect(errors).to_have_text(["Copies: Enter a whole number, such as 100."])
    expect(page.get_by_role("button", name="Send the message")).to_be_focused()


def test_without_javascript_a_message_is_thanked_for_once(
    visitor_without_javascript: Page,
) -> None:
    page = visitor_without_javascript
    page.goto("/contact/")
    fill_in(page)
    send(page)
    expect(page.locator("#banner")).to_contain_text(THANKS)
    page.reload()
    expect(page.locator("#banner")).to_be_empty()


def test_without_javascript_a_repeated_post_sends_one_message(
    visitor_without_javascript: Page,
) -> None:
    page = visitor_without_javascript
    page.goto("/contact/")
    fill_in(page)
    with page.expect_request(lambda request: request.method == "POST") as posted:
        send(page)
    repeat = posted.value
    content_type = {"Content-Type": repeat.headers["content-type"]}
    answer = page.request.post(repeat.url, data=repeat.post_data_buffer, headers=content_type)
    assert THANKS in answer.text()
    page.goto("/contact/")
    expect(page.locator(".sheet")).to_have_count(1)


def test_without_javascript_errors_stand_beside_their_fields(
    visitor_without_javascript: Page,
) -> None:
    page = visitor_without_javascript
    page.goto("/contact/")
    send(page)
    expect(page.locator("#id_name_error")).to_have_text("Tell us your name.")


def test_messages_from_before_the_tickets_get_one_each(tmp_path: Path) -> None:
    manage(tmp_path, "migrate", "--verbosity=0", "studio", "0001")
    with closing(sqlite3.connect(tmp_path / "demo.sqlite3")) as database:
        database.executemany(OLD_MESSAGE, [("Ada",), ("Grace",)])
        database.commit()
        manage(tmp_path, "migrate", "--verbosity=0")
        [tickets] = database.execute("select count(distinct ticket) from studio_message")
    assert tickets == (2,)
