"""The contact form with drafts, from the first key to the sent message."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .contact_page import (
    VALUES,
    drafts_of,
    fields_of,
    fill_what_is_required,
    keep_every_field,
    unique_name,
    wait_until_kept,
)
from .page_events import wait_for_event
from .proxy import FrameProxy

ODD_TEXTS = {
    "html": "<b>bold</b> </textarea><script>window.broken = true</script> &amp; &lt;",
    "quotes": "\"double\" 'single' `back` \\ back\\slash",
    "emoji": "👩‍👩‍👧 ✅ é 漢字 \u2028 end",
    "lines": "\n\none\n\n two  \n",
    "100 kB": "0123456789 äöü €\n" * 5_000,
}

# Chromium takes minutes to insert thousands of lines as typed text.
ENTER_AT_ONCE = """(field, text) => {
  field.focus();
  field.value = text;
  field.dispatchEvent(new InputEvent("input", {bubbles: true}));
}"""


def test_one_message_two_seconds_after_typing_stops(page: Page, proxy: FrameProxy) -> None:
    page.goto("/contact/?debounce=2000")
    page.locator("#id_name").press_sequentially("Ada Lovelace", delay=50)
    stopped = time.monotonic()
    assert proxy.events("keep_draft") == []
    expect(page.locator("#draft-status")).to_have_text("Kept 1")

    assert time.monotonic() - stopped >= 1.9
    [event] = proxy.events("keep_draft")
    assert ["name", "Ada Lovelace"] in event["form"]["entries"]


def test_drafts_are_stored_per_form_id(page: Page, context: BrowserContext) -> None:
    tabs = {"one": page, "two": context.new_page()}
    for form_id, tab in tabs.items():
        tab.goto(f"/contact/{form_id}/")
        tab.fill("#id_name", f"name in {form_id}")
        wait_until_kept(tab, "name", f"name in {form_id}", form_id)

    names = {form_id: draft["fields"]["name"] for form_id, draft in drafts_of(page).items()}
    assert names == {"one": "name in one", "two": "name in two"}


def test_the_caret_stays_where_it_is(page: Page) -> None:
    page.goto("/contact/")
    page.fill("#id_name", "Adalace")
    for _ in "lace":
        page.keyboard.press("ArrowLeft")
    for count, key in enumerate(" Love", start=1):
        page.keyboard.type(key)
        wait_until_kept(page, "name", f"Ada{' Love'[:count]}lace")

    expect(page.locator("#id_name")).to_be_focused()
    expect(page.locator("#id_name")).to_have_value("Ada Lovelace")
    assert page.eval_on_selector("#id_name", "field => field.selectionStart") == 8


def test_returning_prefills_every_field(page: Page) -> None:
    page.goto("/contact/")
    kept = keep_every_field(page)
    page.goto("/counter/")
    page.goto("/contact/")

    expect(page.locator("#draft-note")).to_be_visible()
    assert fields_of(page) == kept


def test_restore_refills_every_field(page: Page) -> None:
    page.goto("/contact/")
    kept = keep_every_field(page)
    page.goto("/contact/?blank")
    assert fields_of(page) != kept
    page.click("#bring-back")

    saved_at = wait_for_event(page, "form-restored")["saved_at"]
    assert fields_of(page) == kept
    assert saved_at == drafts_of(page)["contact"]["saved_at"]


def test_restore_without_a_draft_says_so(page: Page) -> None:
    page.goto("/contact/")
    page.click("#bring-back")

    assert wait_for_event(page, "no_draft_found")["form_id"] == "contact"


def test_restore_keeps_what_was_typed_since_it_was_asked_for(page: Page, proxy: FrameProxy) -> None:
    page.goto("/contact/")
    keep_every_field(page)
    page.goto("/contact/?blank&debounce=60000")
    page.evaluate(
        """() => {
          document.querySelector("#bring-back").click();
          const field = document.querySelector("#id_name");
          field.focus();
          document.execCommand("insertText", false, "Grace");
        }"""
    )

    expect(page.locator("#id_email")).to_have_value(VALUES["email"])
    expect(page.locator("#id_name")).to_have_value("Grace")


def test_dropping_the_draft_removes_it(page: Page) -> None:
    page.goto("/contact/")
    page.fill("#id_name", "Ada")
    wait_until_kept(page, "name", "Ada")
    page.click("#drop")
    expect(page.locator("#draft-status")).to_have_text("Dropped")
    page.reload()

    expect(page.locator("#draft-note")).to_have_count(0)
    expect(page.locator("#id_name")).to_have_value("")
    assert drafts_of(page) == {}


def test_a_valid_submit_saves_clears_and_says_so(page: Page) -> None:
    page.goto("/contact/")
    name = unique_name()
    keep_every_field(page)
    page.fill("#id_name", name)
    page.click("#send")
    expect(page.locator("#thanks")).to_have_text("Thank you!")

    [message] = page.request.get("/messages/", params={"name": name}).json()
    assert message["text"] == "First line\r\nSecond line"
    assert drafts_of(page) == {}


def test_an_invalid_submit_shows_the_errors_and_keeps_the_draft(page: Page) -> None:
    page.goto("/contact/")
    page.fill("#id_name", "Ada")
    page.fill("#id_email", "not an address")
    page.click("#send")

    expect(page.locator(".errorlist").first).to_be_visible()
    expect(page.locator("#id_name")).to_have_value("Ada")
    expect(page.locator("#id_email")).to_have_value("not an address")
    assert drafts_of(page)["contact"]["fields"]["email"] == "not an address"


SUBMITS = {
    "with a click, which leaves the field": lambda page: page.click("#send"),
    "from the field": lambda page: page.eval_on_selector("#send", "button => button.click()"),
}


@pytest.mark.parametrize("submit", SUBMITS.values(), ids=SUBMITS)
def test_submit_right_after_typing_loses_no_key_and_leaves_no_draft(
    page: Page, proxy: FrameProxy, submit: Callable[[Page], None]
) -> None:
    page.goto("/contact/?debounce=2000")
    fill_what_is_required(page)
    name = unique_name()
    page.fill("#id_name", "")
    page.locator("#id_name").press_sequentially(name)
    submit(page)
    expect(page.locator("#thanks")).to_be_visible()

    assert len(page.request.get("/messages/", params={"name": name}).json()) == 1
    draft, message = proxy.events()[-2:]
    assert [draft["function"], message["function"]] == ["keep_draft", "send_message"]
    assert ["name", name] in draft["form"]["entries"]
    page.goto("/contact/")
    assert drafts_of(page) == {}


def test_another_browser_never_sees_the_draft(
    page: Page, new_context: Callable[[], BrowserContext]
) -> None:
    page.goto("/contact/")
    page.fill("#id_name", "Ada")
    wait_until_kept(page, "name", "Ada")
    other = new_context().new_page()
    other.goto("/contact/")

    expect(other.locator("#id_name")).to_have_value("")
    assert drafts_of(other) == {}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_text_comes_back_as_it_was_typed(page: Page, text: str) -> None:
    page.goto("/contact/")
    page.locator("#id_text").evaluate(ENTER_AT_ONCE, text)
    typed = page.input_value("#id_text")
    wait_until_kept(page, "text", typed.replace("\n", "\r\n"))
    page.goto("/contact/")
    assert page.input_value("#id_text") == typed
    page.goto("/contact/?blank")
    page.click("#bring-back")

    expect(page.locator("#id_text")).to_have_value(typed)
