"""S3 and S4: where messages wait for the commit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from liveview.gate import CommitGate, Delivery, answered_event, current_gate, post

PAGE = object()


class Session:
    is_changed = False


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def gate(session: Session) -> CommitGate:
    return CommitGate(lambda: session.is_changed, (PAGE, 7))


@pytest.fixture
def left() -> list[str]:
    """What has left, in order."""
    return []


@pytest.fixture
def message(left: list[str]) -> Callable[[str], Delivery]:
    return lambda text: lambda: left.append(text)


Message = Callable[[str], Delivery]


def test_before_a_change_messages_leave_at_once(
    gate: CommitGate, left: list[str], message: Message
) -> None:
    gate.post(message("a"))

    assert left == ["a"]


def test_after_a_change_they_wait_and_leave_in_order(
    gate: CommitGate, session: Session, left: list[str], message: Message
) -> None:
    gate.post(message("a"))
    session.is_changed = True
    gate.post(message("b"))
    gate.post(message("c"))
    assert left == ["a"]
    gate.open()

    assert left == ["a", "b", "c"]


def test_none_overtakes_one_that_waits(
    gate: CommitGate, session: Session, left: list[str], message: Message
) -> None:
    session.is_changed = True
    gate.post(message("a"))
    session.is_changed = False
    gate.post(message("b"))
    assert left == []
    gate.open()

    assert left == ["a", "b"]


def test_after_a_commit_they_leave_at_once_again(
    gate: CommitGate, session: Session, left: list[str], message: Message
) -> None:
    session.is_changed = True
    gate.post(message("a"))
    session.is_changed = False
    gate.open()
    gate.post(message("b"))

    assert left == ["a", "b"]


def test_what_depended_on_a_commit_that_failed_is_never_seen(
    gate: CommitGate, session: Session, left: list[str], message: Message
) -> None:
    session.is_changed = True
    gate.post(message("a"))
    gate.drop()
    gate.open()

    assert left == []


def test_messages_answer_the_event_that_sends_them_on_its_own_page_only(gate: CommitGate) -> None:
    assert answered_event(PAGE) is None
    token = current_gate.set(gate)
    try:
        assert answered_event(PAGE) == 7
        assert answered_event(object()) is None
    finally:
        current_gate.reset(token)


def test_outside_of_an_event_a_message_leaves_at_once(
    session: Session, gate: CommitGate, left: list[str], message: Message
) -> None:
    session.is_changed = True
    post(message("a"))

    assert left == ["a"]
