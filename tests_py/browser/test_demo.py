"""The demo site in a real browser: from the first visit to a message on the drying rack."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .server import CHECKOUT, HOST, free_port
from .waiting import eventually

MANAGE = CHECKOUT / "demo" / "manage.py"
PAGES = ["/", "/counter/", "/contact/"]
PHONE = {"width": 360, "height": 740}
NEXT_WEEK = (date.today() + timedelta(days=7)).isoformat()

TYPED = {
    "copies": "250",
    "colour": "#00a09a",
    "weight": "200",
    "needed_by": NEXT_WEEK,
    "call_at": "14:30",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "phone": "+44 20 7946 0000",
    "website": "https://example.org/engine",
    "text": 'Forty pages on "weaving" numbers\n<b>& flowers</b>',
}


# The site


@pytest.fixture(scope="module")
def demo(bundle: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo with an empty database."""
    directory = tmp_path_factory.mktemp("demo")
    environment = demo_environment(directory)
    migrate = [sys.executable, str(MANAGE), "migrate", "--verbosity=0"]
    subprocess.run(migrate, env=environment, check=True)
    url = f"http://{HOST}:{free_port()}"
    command = [sys.executable, str(MANAGE), "runserver", "--noreload", url.removeprefix("http://")]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            eventually(lambda: answers(url))
            yield url
        finally:
            process.kill()
            process.wait()


def demo_environment(directory: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DEMO_DATABASE": str(directory / "demo.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(CHECKOUT),
    }


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url).close()
    except (urllib.error.URLError, ConnectionError):
        return False
    return True


# Its visitor


@pytest.fixture
def context(browser: Browser, demo: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=demo)
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture(autouse=True)
def console(context: BrowserContext) -> Iterator[list[str]]:
    """What the pages have said on the console: nothing, or the test fails."""
    messages: list[str] = []
    context.on("console", lambda message: messages.append(f"{message.type}: {message.text}"))
    yield messages
    assert messages == []


def fill_in(page: Page) -> None:
    """Gives every kind of field another value than it had."""
    form = page.locator("#contact-form")
    form.get_by_label("A zine").check()
    form.get_by_label("Fluorescent pink").check()
    form.get_by_label("Teal").check()
    form.get_by_label("Paper", exact=True).select_option("grey")
    form.get_by_label("Finishing").select_option(["fold", "trim"])
    form.get_by_label("It is urgent").check()
    form.get_by_label("Keep my details").check()
    for name, value in TYPED.items():
        form.locator(f"[name={name}]").fill(value)


def expect_filled_in(page: Page) -> None:
    form = page.locator("#contact-form")
    for label in ("A zine", "Fluorescent pink", "Teal", "It is urgent", "Keep my details"):
        expect(form.get_by_label(label)).to_be_checked()
    expect(form.get_by_label("Black")).not_to_be_checked()
    expect(form.get_by_label("Paper", exact=True)).to_have_value("grey")
    expect(form.get_by_label("Finishing")).to_have_values(["fold", "trim"])
    for name, value in TYPED.items():
        expect(form.locator(f"[name={name}]")).to_have_value(value)


def expect_empty(page: Page) -> None:
    form = page.locator("#contact-form")
    for label in ("A zine", "Teal", "It is urgent", "Keep my details"):
        expect(form.get_by_label(label)).not_to_be_checked()
    expect(form.get_by_label("Finishing")).to_have_values([])
    expect(form.get_by_label("Copies")).to_have_value("100")
    for name in ("name", "email", "needed_by", "text"):
        expect(form.locator(f"[name={name}]")).to_have_value("")


def write_a_draft(page: Page) -> None:
    page.goto("/contact/")
    fill_in(page)
    expect(page.locator("#status")).to_contain_text("Draft saved at")
    wait_until_kept(page, "flowers")


def wait_until_kept(page: Page, text: str) -> None:
    """Returns when the draft has it; the page on the screen is not touched."""
    eventually(lambda: text in page.request.get("/contact/").text())


def send(page: Page) -> None:
    page.get_by_role("button", name="Send the message").click()


# What it shows


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


def test_the_form_works_without_javascript(browser: Browser, demo: str) -> None:
    with browser.new_context(base_url=demo, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/contact/")
        send(page)
        expect(page.locator("#id_name_error")).to_have_text("Tell us your name.")
        fill_in(page)
        send(page)
        expect(page.locator(".sheet").first).to_contain_text("Ada Lovelace")
