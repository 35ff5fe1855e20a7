"""The demo site as a server of its own, and a visitor who fills in its form."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from .server import CHECKOUT, HOST, free_port
from .waiting import eventually

MANAGE = CHECKOUT / "demo" / "manage.py"
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


@contextmanager
def demo_site(directory: Path) -> Iterator[str]:
    """The address of a demo with an empty database."""
    manage(directory, "migrate", "--verbosity=0")
    url = f"http://{HOST}:{free_port()}"
    command = [sys.executable, str(MANAGE), "runserver", "--noreload", url.removeprefix("http://")]
    with (directory / "log").open("wb") as log:
        environment = demo_environment(directory)
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            eventually(lambda: answers(url))
            yield url
        finally:
            process.kill()
            process.wait()


def manage(directory: Path, *arguments: str) -> None:
    """Runs a command of Django on the demo's database."""
    command = [sys.executable, str(MANAGE), *arguments]
    subprocess.run(command, env=demo_environment(directory), check=True)


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


@contextmanager
def visitor(browser: Browser, url: str) -> Iterator[BrowserContext]:
    """A visitor with cookies of its own. What a page says on the console is an error."""
    context = browser.new_context(base_url=url)
    context.set_default_timeout(10_000)
    messages: list[str] = []
    context.on("console", lambda message: messages.append(f"{message.type}: {message.text}"))
    yield context
    context.close()
    assert messages == [], messages


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
