"""What docs/protocol.md shows of the wire is what the server reads and writes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from liveview.protocol import (
    CloseCode,
    ErrorCode,
    Event,
    Hello,
    Ping,
    encode,
    error_frame,
    frame,
    parse_message,
    plain_error,
)
from tests_py.markdown_pages import blocks, client_source, rows, section

KINDS = {"hello": Hello, "function": Event, "ping": Ping}


def examples(title: str) -> list[Any]:
    found = [json.loads(block.text) for block in blocks("protocol") if block.title == title]
    assert found
    return found


@pytest.mark.parametrize("message", examples("page to server"), ids=lambda m: next(iter(m)))
def test_the_server_understands_a_message_of_the_page(message: dict[str, Any]) -> None:
    parsed = parse_message(json.dumps(message))

    assert type(parsed) is next(kind for key, kind in KINDS.items() if key in message)


@pytest.mark.parametrize("message", examples("plain client to server"))
def test_the_server_understands_a_plain_message(message: dict[str, Any]) -> None:
    parsed = parse_message(json.dumps(message), is_plain=True)

    assert isinstance(parsed, Event)
    assert parsed.data == {"profile_id": "7"}


def frames() -> list[dict[str, Any]]:
    return [example for example in examples("server to page") if "seq" in example]


@pytest.mark.parametrize("example", frames(), ids=lambda example: str(example["seq"]))
def test_a_frame_is_as_the_server_writes_it(example: dict[str, Any]) -> None:
    ops = [encode(op) for op in example["ops"]]
    written = json.loads(frame(example["seq"], ops, example.get("ack"), example.get("answers")))

    added = {key: example[key] for key in ("error", "resync") if key in example}
    assert written | added == example


def errors() -> list[dict[str, Any]]:
    return [example["error"] for example in examples("server to page") if "error" in example]


@pytest.mark.parametrize("error", errors(), ids=lambda error: str(error["code"]))
def test_an_error_is_as_the_server_writes_it(error: dict[str, Any]) -> None:
    code, message = ErrorCode(error["code"]), error["message"]

    assert error_frame(code, message, function=error.get("function"))["error"] == error


def test_a_plain_error_is_as_the_server_writes_it() -> None:
    [example] = [one for one in examples("server to plain client") if "error" in one]
    error = {"message": example["error"], "function": example["function"]}

    assert json.loads(plain_error(error)) == example


def error_codes() -> tuple[set[str], set[str]]:
    """What the docs list: the codes of the server, and those of the page."""
    server, page = section("protocol", "Error codes").split("From the client itself")
    return {code for code, _ in rows(server)}, {code for code, _ in rows(page)}


def test_every_error_code_of_the_server_stands_in_the_docs() -> None:
    assert error_codes()[0] == {code.value for code in ErrorCode}


def test_every_error_code_of_the_page_stands_in_the_docs() -> None:
    source = client_source()
    used = set(re.findall(r'(?:report|Refusal)\(\s*"(\w+)"', source))
    used |= set(re.findall(r'error\.code : "(\w+)"', source))

    assert error_codes()[1] == used


def test_every_close_code_stands_in_the_docs() -> None:
    documented = {int(code) for code, *_ in rows(section("protocol", "Close codes"))}

    assert documented == set(CloseCode)
