"""What handlers, views and logout do to one session at the same time."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests_py.project.gates import Gate
from tests_py.wire_client import Visitor

from .page_events import seen_events, wait_for_event
from .server import LiveServer


def session_of(page: Page) -> dict[str, object]:
    found: dict[str, object] = page.request.get("/session/").json()
    return found


def test_s3_what_depends_on_a_change_is_seen_after_its_commit(page: Page, gate: Gate) -> None:
    page.goto(f"/trials/?gate={gate.name}")
    page.click("#change_and_hold")
    expect(page.locator("#before")).to_have_text("left before the change")
    gate.wait_entered()
    assert page.inner_text("#after") == ""
    assert session_of(page) == {}
    gate.open()

    expect(page.locator("#after")).to_have_text("1")
    assert session_of(page) == {"count": 1}


def test_s3_a_generator_handler_commits_at_each_yield(page: Page, gate: Gate) -> None:
    page.goto(f"/trials/?gate={gate.name}")
    page.click("#count_in_steps")
    expect(page.locator("#before")).to_have_text("1")
    assert session_of(page) == {"count": 1}
    gate.open()

    expect(page.locator("#after")).to_have_text("2")
    assert session_of(page) == {"count": 2}


def test_s4_a_handler_that_raises_leaves_the_session_as_it_was(page: Page) -> None:
    page.goto("/trials/")
    page.click("#add_one")
    expect(page.locator("#count")).to_have_text("1")
    page.click("#change_and_fail")
    expect(page.locator("#before")).to_have_text("left before the change")
    page.click("#add_one")

    expect(page.locator("#count")).to_have_text("2")
    expect(page.locator("#after")).to_have_text("")
    assert session_of(page) == {"count": 2}
    assert [event["code"] for event in seen_events(page, "error")] == ["handler_error"]


def test_s5_a_view_that_saves_after_a_handler_loses_nothing(page: Page, gate: Gate) -> None:
    page.goto("/counter/")
    address = f"/slow-save/?gate={gate.name}&key=colour&value=green"
    page.evaluate("url => { window.saved = fetch(url).then(answer => answer.text()); }", address)
    gate.wait_entered()
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")
    gate.open()

    assert page.evaluate("() => window.saved") == "count was 0"
    assert session_of(page) == {"count": 1, "colour": "green"}


def test_s5_a_handler_that_commits_after_a_view_loses_nothing(page: Page, gate: Gate) -> None:
    page.goto(f"/trials/?gate={gate.name}")
    page.click("#change_and_hold")
    gate.wait_entered()
    other_gate = "open-at-once"
    Gate(gate.directory, other_gate).open()
    page.request.get(f"/slow-save/?gate={other_gate}&key=colour&value=green")
    gate.open()

    expect(page.locator("#after")).to_have_text("1")
    assert session_of(page) == {"count": 1, "colour": "green"}


def test_s7_logout_while_a_handler_runs_does_not_come_back(
    page: Page, context: BrowserContext, gate: Gate, server: LiveServer
) -> None:
    page.request.get("/sign-in/")
    cookies = {each["name"]: each["value"] for each in context.cookies()}
    page.goto(f"/trials/?gate={gate.name}")
    page.click("#change_and_hold")
    gate.wait_entered()
    page.request.get("/sign-out/")
    gate.open()

    wait_for_event(page, "session-ended")
    assert page.inner_text("#after") == ""
    assert session_of(page) == {}
    assert Visitor(server.url, cookies).session() == {}


def test_s7_the_page_goes_on_with_a_new_session_after_logout(page: Page) -> None:
    page.request.get("/sign-in/")
    page.goto("/counter/")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")
    page.request.get("/sign-out/")
    wait_for_event(page, "session-ended")
    page.goto("/counter/")
    page.click("#add")

    expect(page.locator("#count")).to_have_text("1")


def test_another_browser_never_sees_the_session(
    page: Page, new_context: Callable[[], BrowserContext]
) -> None:
    page.goto("/counter/")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")
    other = new_context().new_page()
    other.goto("/counter/")

    expect(other.locator("#count")).to_have_text("0")


def test_s7_login_in_another_tab_keeps_what_was_counted(page: Page) -> None:
    page.goto("/counter/")
    page.click("#add")
    expect(page.locator("#count")).to_have_text("1")
    page.request.get("/sign-in/")
    page.click("#add")

    expect(page.locator("#count")).to_have_text("2")
    assert session_of(page) == {"count": 2}
