"""R1: an update never disturbs what the user types."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests_py.project.gates import Gate

from .page_events import wait_for_event


def redraw(page: Page, version: str, **fields: str | float | bool) -> None:
    """Draws the board anew from outside, and waits until the page shows it."""
    page.request.get("/redraw/", params={"version": version, **fields})
    expect(page.locator("#version")).to_have_text(version)


def compose(cdp: CDPSession, text: str) -> None:
    """What an input method does while its text is not yet decided."""
    where = {"selectionStart": len(text), "selectionEnd": len(text)}
    cdp.send("Input.imeSetComposition", {"text": text, **where})


def open_board(page: Page, address: str = "/board/?version=1") -> None:
    page.goto(address)
    wait_for_event(page, "connected")


def test_r1_an_update_leaves_typed_text_and_caret_alone(page: Page) -> None:
    open_board(page)
    page.focus("#title")
    page.keyboard.type("Heo")
    page.keyboard.press("ArrowLeft")
    redraw(page, version="2", title="from the server", note="from the server")
    page.keyboard.type("ll")

    expect(page.locator("#title")).to_have_value("Hello")
    expect(page.locator("#title")).to_be_focused()
    expect(page.locator("#note")).to_have_value("from the server")


def test_r1_updates_between_all_keys_lose_none(page: Page) -> None:
    open_board(page)
    page.focus("#note")
    for version, key in enumerate("no key is lost", start=2):
        page.keyboard.type(key)
        redraw(page, version=str(version), title=str(version), note="from the server")

    expect(page.locator("#note")).to_have_value("no key is lost")
    expect(page.locator("#title")).to_have_value("15")


def test_r1_what_was_chosen_stays_too(page: Page) -> None:
    open_board(page)
    page.check("#done")
    page.select_option("#size", "l")
    redraw(page, version="2", size="s")

    expect(page.locator("#done")).to_be_checked()
    expect(page.locator("#size")).to_have_value("l")


def test_r1_the_answer_to_an_event_sets_what_was_typed_before_it(page: Page) -> None:
    open_board(page)
    page.fill("#title", "  needs to be tidied ")
    page.click("#draw")

    expect(page.locator("#version")).to_have_text("2")
    expect(page.locator("#title")).to_have_value("from the server")


def test_r1_the_answer_to_an_event_leaves_what_was_typed_after_it(page: Page, gate: Gate) -> None:
    open_board(page, f"/board/?version=1&gate={gate.name}")
    page.fill("#title", "before")
    page.click("#draw")
    gate.wait_entered()
    page.fill("#note", "after")
    gate.open()

    expect(page.locator("#version")).to_have_text("2")
    expect(page.locator("#title")).to_have_value("from the server")
    expect(page.locator("#note")).to_have_value("after")


def test_r1_an_update_does_not_disturb_composition(page: Page, context: BrowserContext) -> None:
    open_board(page)
    page.focus("#title")
    page.eval_on_selector(
        "#title",
        """field => {
          window.ended = [];
          field.addEventListener("compositionend", ({data}) => window.ended.push(data));
        }""",
    )
    cdp = context.new_cdp_session(page)
    compose(cdp, "に")
    redraw(page, version="2", title="from the server")
    assert page.evaluate("() => window.ended") == []
    compose(cdp, "にほ")
    redraw(page, version="3", title="from the server again")
    cdp.send("Input.insertText", {"text": "日本"})

    expect(page.locator("#title")).to_have_value("日本")
    assert page.evaluate("() => window.ended") == ["日本"]


def test_r1_an_answer_does_not_write_into_a_composition(
    page: Page, context: BrowserContext, gate: Gate
) -> None:
    open_board(page, f"/board/?version=1&gate={gate.name}")
    page.focus("#title")
    cdp = context.new_cdp_session(page)
    compose(cdp, "に")
    page.eval_on_selector("#draw", "button => button.click()")
    gate.wait_entered()
    gate.open()
    expect(page.locator("#version")).to_have_text("2")
    cdp.send("Input.insertText", {"text": "日"})

    expect(page.locator("#title")).to_have_value("日")
