"""What goes over the wire in place of HTML that the page has already (R4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveview.delta import Delta, DeltaMemory, make_delta

TABLE = json.loads((Path(__file__).parent.parent / "spec" / "delta.json").read_text())
CELL = "<td>{}</td>"


def apply(old: str, delta: Delta) -> str:
    """What a browser does, in UTF-16 units."""
    prefix, suffix, middle = delta
    units = old.encode("utf-16-le", "surrogatepass")
    start, end = units[: 2 * prefix], units[len(units) - 2 * suffix :]
    return (start + middle.encode("utf-16-le", "surrogatepass") + end).decode(
        "utf-16-le", "surrogatepass"
    )


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["name"])
def test_both_sides_agree_on_the_table(row: dict[str, Any]) -> None:
    assert list(make_delta(row["old"], row["new"])) == row["delta"]
    assert apply(row["old"], tuple(row["delta"])) == row["new"]


short_texts = st.text(alphabet="ab<>é😀😁\ud83d\n", max_size=12)


@given(short_texts, short_texts)
def test_the_page_gets_the_new_html_from_the_old_one(old: str, new: str) -> None:
    assert apply(old, make_delta(old, new)) == new


@given(st.text(), st.text(), st.text(), st.text())
def test_a_change_in_the_middle_costs_no_more_than_the_middle(
    start: str, old: str, new: str, end: str
) -> None:
    delta = make_delta(start + old + end, start + new + end)

    assert apply(start + old + end, delta) == start + new + end
    assert len(delta[2]) <= len(new)


def test_one_cell_of_a_large_table_is_small_on_the_wire() -> None:
    rows = [CELL.format(number) for number in range(3000)]
    old = "".join(rows)
    rows[1500] = CELL.format("changed")
    memory = DeltaMemory(64)
    memory.replace("#table", old)
    delta = memory.replace("#table", "".join(rows))

    assert len(old) > 33_000
    assert len(json.dumps(delta)) < 40


def test_the_first_html_of_a_target_is_sent_in_full() -> None:
    assert DeltaMemory(64).replace("#a", "x" * 1000) is None


def test_a_delta_that_saves_little_is_not_sent() -> None:
    memory = DeltaMemory(64)
    memory.replace("#a", "<p>1</p>")

    assert memory.replace("#a", "<p>2</p>") is None


def test_html_that_is_not_known_here_is_no_base() -> None:
    memory = DeltaMemory(64)
    memory.replace("#a", "x" * 1000)
    memory.replace("#a", None)  # a broadcast

    assert memory.replace("#a", "x" * 1000) is None
    assert memory.replace("#a", "x" * 1000) == (1000, 0, "")


class PageMemory:
    """The rule of frontend/delta.js: the most recently used targets with their newest HTML."""

    def __init__(self, targets: int) -> None:
        self.html: dict[str, str] = {}
        self._targets = targets

    def expand(self, target: str, html: str, delta: Delta | None) -> str:
        if delta is not None:
            html = apply(self.html[target], delta)
        self.html.pop(target, None)
        self.html[target] = html
        if len(self.html) > self._targets:
            del self.html[next(iter(self.html))]
        return html


updates = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz"), st.booleans()), max_size=60
)


@given(updates, updates)
def test_server_and_page_forget_the_same_target(
    first: list[tuple[str, str, bool]], after_reconnect: list[tuple[str, str, bool]]
) -> None:
    page = PageMemory(4)
    for connection in (first, after_reconnect):
        server = DeltaMemory(4)  # a new one for each connection; the page keeps its own
        for target, letter, is_broadcast in connection:
            html = letter * 200 + target
            delta = server.replace(target, None if is_broadcast else html)
            assert page.expand(target, html, delta) == html
