"""What the tests do with the contact form: fill it, read it, and wait for its draft."""

from __future__ import annotations

import uuid
from typing import Any

from playwright.sync_api import Page

from .waiting import eventually

VALUES = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "phone": "+44 20 7946 0000",
    "site": "https://example.org/?a=1&b=2",
    "age": "36",
    "day": "1843-09-05",
    "hour": "09:30",
    "moment": "1843-09-05T09:30",
    "month": "1843-09",
    "week": "1843-W36",
    "colour": "#3366cc",
    "volume": "70",
    "text": "First line\nSecond line",
}
TICKED = ["#id_agree", "#id_extras_0", "#id_extras_2", "#id_tone_1"]
CHOSEN = {"topic": ["praise"], "days": ["mon", "wed"]}

READ_FORM = """() => {
  const form = document.querySelector("form");
  return [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
}"""


def keep_every_field(page: Page) -> list[list[str]]:
    """Fills all fields and waits until all are in the draft; what a submit would send then."""
    fill_every_field(page)
    last = "days"
    wait_until_kept(page, last, CHOSEN[last])
    return fields_of(page)


def fill_every_field(page: Page) -> None:
    for name, value in VALUES.items():
        page.fill(f"#id_{name}", value)
    for selector in TICKED:
        page.check(selector)
    for name, values in CHOSEN.items():
        page.select_option(f"#id_{name}", values)


def unique_name() -> str:
    """A name by which a message is found among those of other tests."""
    return f"Ada {uuid.uuid4().hex}"


def fill_what_is_required(page: Page) -> None:
    for name in ("name", "email", "text"):
        page.fill(f"#id_{name}", VALUES[name])


def fields_of(page: Page) -> list[list[str]]:
    """Names and values as the browser would submit them."""
    found: list[list[str]] = page.evaluate(READ_FORM)
    return found


def drafts_of(page: Page) -> dict[str, Any]:
    """The drafts as a plain view finds them in the session."""
    found: dict[str, Any] = page.request.get("/session/").json().get("drafts", {})
    return found


def wait_until_kept(page: Page, name: str, value: Any, form_id: str = "contact") -> None:
    """Returns when the draft has the field's value; later fields may still be on their way."""
    eventually(lambda: drafts_of(page).get(form_id, {"fields": {}})["fields"].get(name) == value)
