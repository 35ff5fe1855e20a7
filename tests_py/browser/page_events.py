"""Notes in the page which liveview:* events its document has had."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

NOTE_EVENTS = """
  window.seen = [];
  const names = ["connected", "disconnected", "error", "form-restored", "no_draft_found",
    "session-ended"];
  for (const name of names) {
    document.addEventListener(`liveview:${name}`, ({detail}) => {
      window.seen.push({name, detail: JSON.parse(JSON.stringify(detail ?? null))});
    });
  }
"""


def seen_events(page: Page, name: str) -> list[dict[str, Any]]:
    """Details of the liveview:<name> events since the page was loaded."""
    found: list[dict[str, Any]] = page.evaluate(
        "name => window.seen.filter(event => event.name === name).map(event => event.detail)", name
    )
    return found


def wait_for_event(page: Page, name: str) -> dict[str, Any]:
    """Waits until the page has had the event; the detail of the last one."""
    page.wait_for_function("name => window.seen.some(event => event.name === name)", arg=name)
    return seen_events(page, name)[-1]
