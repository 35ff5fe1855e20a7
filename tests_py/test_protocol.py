"""What crosses the wire, without a wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from liveview.protocol import (
    ErrorCode,
    Event,
    Hello,
    Op,
    Ping,
    ProtocolError,
    encode,
    error_frame,
    frame,
    parse_message,
    plain_error,
)

PAGE = "0123456789abcdef" * 2


def test_an_event_gives_the_keys_that_it_had_and_no_other() -> None:
    event = parse_message('{"id": 7, "function": "save", "data": {"a": 1}, "later": true}')

    assert isinstance(event, Event)
    assert event.event_id == 7
    assert event.given() == {"function": "save", "data": {"a": 1}}


def test_an_event_keeps_what_is_null_apart_from_what_is_missing() -> None:
    event = parse_message('{"function": "save", "form": null, "lang": "es", "form_id": "f"}')

    assert isinstance(event, Event)
    assert event.given() == {"function": "save", "form": None, "lang": "es", "form_id": "f"}


def test_a_hello_and_a_ping_are_told_by_their_key() -> None:
    hello = parse_message(json.dumps({"hello": {"page": PAGE, "seen": 3, "session": "s"}}))

    assert hello == Hello(page=PAGE, seen=3, session="s")
    assert parse_message('{"ping": 2, "seen": 9}') == Ping(ping=2, seen=9)


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ("commentId", "comment_id"),
        ("aB", "a_b"),
        ("parseHTMLText", "parse_html_text"),
        ("userID", "user_id"),
        ("page2Number", "page2_number"),
        ("already_snake", "already_snake"),
    ],
)
def test_a_plain_client_sends_camel_case_keys_in_data(sent: str, received: str) -> None:
    text = json.dumps({"id": 3, "function": "save", "data": {sent: {"innerKey": 1}}})
    event = parse_message(text, is_plain=True)

    assert isinstance(event, Event)
    assert event.given()["data"] == {received: {"innerKey": 1}}
    assert event.event_id is None, "a plain client has no numbers"


def test_keys_of_our_own_client_stay_as_they_are() -> None:
    event = parse_message('{"function": "save", "data": {"commentId": 1}}')

    assert isinstance(event, Event)
    assert event.data == {"commentId": 1}


BAD_MESSAGES = [
    "",
    "{",
    "[]",
    "null",
    '"text"',
    "{}",
    '{"unknown": 1}',
    '{"function": 1}',
    '{"function": null}',
    '{"function": "f", "id": "1"}',
    '{"function": "f", "id": true}',
    '{"function": "f", "id": 0}',
    '{"function": "f", "id": -1}',
    '{"function": "f", "id": 1.5}',
    '{"function": "f", "id": 1e999}',
    '{"function": "f", "data": []}',
    '{"function": "f", "form": "x"}',
    '{"function": "f", "seen": "x"}',
    '{"hello": 1}',
    '{"hello": {}}',
    '{"hello": {"page": "short"}}',
    json.dumps({"hello": {"page": PAGE, "seen": None}}),
    '{"ping": "1"}',
    "[" * 10_000,
    '{"function": "f", "data": ' + '{"a": ' * 10_000 + "1" + "}" * 10_001,
    '{"function": "\ud800"}',
    '{"function": "\\ud800"}',
]


@pytest.mark.parametrize("text", BAD_MESSAGES, ids=lambda text: ascii(text[:40]))
@pytest.mark.parametrize("is_plain", [False, True], ids=["v1", "plain"])
def test_a_bad_message_says_what_was_expected(text: str, is_plain: bool) -> None:
    if is_plain and '"id"' in text:
        text = text.replace('"id"', '"seen": "no number", "id"')
    with pytest.raises(ProtocolError, match=r"^Expected "):
        parse_message(text, is_plain=is_plain)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
keys = st.sampled_from(["function", "hello", "ping", "id", "data", "form", "seen", "page"])


@given(st.dictionaries(keys | st.text(), json_values) | json_values, st.booleans())
def test_any_json_is_a_message_or_a_protocol_error(value: Any, is_plain: bool) -> None:
    try:
        message = parse_message(json.dumps(value), is_plain=is_plain)
    except ProtocolError:
        return
    assert isinstance(message, (Hello, Event, Ping))


@dataclass
class Point:
    x: int


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (mark_safe("<b>é</b>"), "<b>é</b>"),
        ({mark_safe("key"): 1}, {"key": 1}),
        (date(2024, 2, 29), "2024-02-29"),
        (Decimal("1.50"), "1.50"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Point(3), {"x": 3}),
        ((1, {2}), [1, [2]]),
    ],
    ids=repr,
)
def test_handlers_may_send_what_they_have(value: Any, sent: Any) -> None:
    assert json.loads(encode({"value": value})) == {"value": sent}


def test_a_lazy_translation_is_sent_in_the_language_that_is_active() -> None:
    label = gettext_lazy("Yes")

    with override("de"):
        assert encode([label]) == '["Ja"]'


def test_what_json_cannot_hold_is_named() -> None:
    def generator() -> Iterator[int]:
        yield 1

    with pytest.raises(TypeError, match=r"^Cannot send a generator: expected what JSON can hold"):
        encode(generator())


UNSENDABLE: list[tuple[dict[Any, Any], str]] = [
    ({"target": "#a", "html": object()}, "Cannot send a object: .* It is in 'html'"),
    ({"title": "a", "eventData": {"n": [object()]}}, "a object: .* It is in 'eventData'"),
    ({"target": "#a", "html": "x", "url": object()}, "a object: .* It is in 'url'"),
    ({"title": "a", (1, 2): "b"}, r"It is in \(1, 2\)"),
]


@pytest.mark.parametrize(("data", "message"), UNSENDABLE, ids=["html", "eventData", "url", "a key"])
def test_what_json_cannot_hold_is_named_with_its_key(data: dict[Any, Any], message: str) -> None:
    with pytest.raises(TypeError, match=rf"{message}\.$"):
        Op.of(data)


@pytest.mark.parametrize("data", ["hello", None, 5, ["#a", "hello"]], ids=repr)
def test_what_is_no_dict_is_shown_with_what_was_expected(data: Any) -> None:
    with pytest.raises(TypeError, match=r"^Expected a dict to send, such as ") as raised:
        Op.of(data)

    assert str(raised.value).endswith(f", but got {data!r}.")


def test_a_whole_page_that_is_no_dict_is_not_shown_as_a_whole() -> None:
    with pytest.raises(TypeError) as raised:
        Op.of("<p>hello</p>" * 1000)  # type: ignore[arg-type]

    assert len(str(raised.value)) < 200


def test_an_op_is_what_was_sent_whatever_the_handler_does_with_the_dict_later() -> None:
    data = {"target": "#a", "html": "<p>1</p>", "eventData": {"n": 1}}
    op = Op.of(data)
    data["html"] = "<p>2</p>"
    data["eventData"]["n"] = 2  # type: ignore[index]

    assert op.html == "<p>1</p>"
    assert json.loads(op.text) == {"target": "#a", "html": "<p>1</p>", "eventData": {"n": 1}}
    assert json.loads(op.with_delta((3, 4, "x"))) == {
        "target": "#a",
        "eventData": {"n": 1},
        "delta": [3, 4, "x"],
    }


@pytest.mark.parametrize(
    "partial",
    [{"append": True}, {"remove": True}, {"swap": "after"}, {"all": True}],
    ids=lambda keys: next(iter(keys)),
)
def test_a_part_of_a_target_is_no_base_for_a_delta(partial: dict[str, Any]) -> None:
    assert Op.of({"target": "#a", "html": "x", **partial}).target is None


def test_keys_that_are_switched_off_leave_the_op_whole() -> None:
    assert Op.of({"target": "#a", "html": "x", "append": False, "swap": ""}).target == "#a"


@pytest.mark.parametrize("data", [{"html": "x"}, {"target": 5, "html": "x"}, {"target": "#a"}])
def test_an_op_without_target_and_html_is_no_base_for_a_delta(data: dict[str, Any]) -> None:
    op = Op.of(data)

    assert op.target is None
    assert json.loads(op.text) == data


def test_a_frame_says_which_event_it_ends_or_only_answers() -> None:
    ops = [Op.of({"title": "a"}).text, Op.of({"title": "b"}).text]

    assert frame(1, ops) == '{"seq":1,"ops":[{"title":"a"},{"title":"b"}]}'
    assert frame(2, [], ack=18) == '{"seq":2,"ack":18,"ops":[]}'
    assert frame(3, [], answers=18) == '{"seq":3,"answers":18,"ops":[]}'


def test_an_error_for_our_client_and_for_a_plain_one() -> None:
    error = error_frame(ErrorCode.UNKNOWN_FUNCTION, "No.", function="f", ack=2)

    assert error == {
        "ack": 2,
        "error": {"code": "unknown_function", "message": "No.", "function": "f"},
    }
    assert json.loads(plain_error(error["error"])) == {"error": "No.", "function": "f"}
