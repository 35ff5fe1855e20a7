"""D5: a slow handler stops nobody else."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests_py.project.gates import Gate
from tests_py.wire_client import Frame, Visitor

from .server import LiveServer


def shows(text: str, frame: Frame) -> bool:
    return any(op.get("html") == text for op in frame.get("ops", []))


@pytest.mark.parametrize("handler", ["hold", "hold_async"])
def test_d5_a_held_handler_stops_neither_others_nor_its_own_page(
    server: LiveServer, gate: Gate, handler: str
) -> None:
    with ExitStack() as stack:
        others = [stack.enter_context(Visitor(server.url).open_page()) for _ in range(50)]
        held = stack.enter_context(Visitor(server.url).open_page())
        held.send(handler, gate=gate.name)
        gate.wait_entered()
        for page in others:
            page.send("echo")
        for page in others:
            page.wait_done()
        stack.enter_context(Visitor(server.url).open_page()).call("echo")
        Visitor(server.url).get("/announce/?text=still-here")
        held.wait_for(lambda frame: shows("still-here", frame))
        assert not any("ack" in frame for frame in held.frames)
        gate.open()

        held.wait_done()

        assert any(shows("held", frame) for frame in held.frames)


def test_d5_events_that_wait_for_a_session_do_not_delay_another_visitor(
    server: LiveServer, gate: Gate
) -> None:
    visitor, other = Visitor(server.url), Visitor(server.url)
    for each in (visitor, other):
        each.get("/counter/")
    with ExitStack() as stack:
        holder = stack.enter_context(visitor.open_page())
        holder.send("change_and_hold", gate=gate.name)
        gate.wait_entered()
        waiting = [stack.enter_context(visitor.open_page()) for _ in range(20)]
        for page in waiting:
            page.send("add_one")
        stack.enter_context(other.open_page()).call("add_one")
        assert visitor.session() == {}
        gate.open()
        for page in waiting:
            page.wait_done()

    assert visitor.session() == {"count": 21}
    assert other.session() == {"count": 1}
