"""What crosses the wire: typed messages in, frames out. Knows no socket, no page, no Django.

The wire itself is described in ``docs/protocol.md``.
"""

from __future__ import annotations

import re
import reprlib
from enum import IntEnum, StrEnum
from typing import Annotated, Any

import msgspec

SUBPROTOCOL = "liveview.v1"
WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
PARTIAL_KEYS = frozenset({"append", "remove", "swap", "all"})  # not the whole HTML of one element


class ErrorCode(StrEnum):
    """Every code that an error frame can carry."""

    BAD_MESSAGE = "bad_message"
    UNKNOWN_FUNCTION = "unknown_function"
    HANDLER_ERROR = "handler_error"
    SESSION_BUSY = "session_busy"
    SESSION_ENDED = "session_ended"
    ROOM_REFUSED = "room_refused"


class CloseCode(IntEnum):
    """Every code that this package closes a socket with."""

    BAD_MESSAGE = 4400
    SESSION_ENDED = 4401
    REFUSED = 4403


class ProtocolError(Exception):
    """A message that is not of the protocol. ``str()`` is safe to send to its sender."""


class Hello(msgspec.Struct):
    """First frame of a client: which document speaks, and the last frame that it has seen."""

    page: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    seen: int = 0
    session: str | None = None


class Event(msgspec.Struct, rename={"event_id": "id"}):
    """Something that the user did, to be answered by the handler named ``function``."""

    function: str
    event_id: Annotated[int, msgspec.Meta(ge=1)] | None = None
    data: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    form: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    form_id: str | msgspec.UnsetType | None = msgspec.UNSET
    lang: str | msgspec.UnsetType | None = msgspec.UNSET
    seen: int | None = None

    def given(self) -> dict[str, Any]:
        """What a handler gets of the event: only the keys that the message had."""
        values = {name: getattr(self, name) for name in ("data", "form", "form_id", "lang")}
        given = {name: value for name, value in values.items() if value is not msgspec.UNSET}
        return {"function": self.function, **given}


class Ping(msgspec.Struct):
    """A client asks whether the socket still carries anything."""

    ping: int
    seen: int = 0


class _HelloFrame(msgspec.Struct):
    hello: Hello


_KINDS: dict[str, Any] = {"function": Event, "ping": Ping, "hello": _HelloFrame}
_decode_event = msgspec.json.Decoder(Event).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


def parse_message(text: str, *, is_plain: bool = False) -> Hello | Event | Ping:
    """One text message of a client as a typed object.

    Raises ``ProtocolError`` that says what was expected.
    """
    if not is_plain:
        try:
            return _decode_event(text)  # nearly every message is an event
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            pass
    return convert_message(parse_object(text), is_plain=is_plain)


def parse_object(text: str) -> dict[str, Any]:
    """The JSON object of a text message. Raises ``ProtocolError``."""
    try:
        return _decode_object(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise ProtocolError(f"Expected a JSON object: {error}.") from None


def convert_message(content: dict[str, Any], *, is_plain: bool = False) -> Hello | Event | Ping:
    """An object that was decoded already. Raises ``ProtocolError``.

    Clients without our subprotocol send camelCase keys in ``data``, and no ids.
    """
    kind = next((name for name in _KINDS if name in content), None)
    if kind is None:
        raise ProtocolError("Expected a message with 'function', 'hello' or 'ping'.")
    try:
        message = msgspec.convert(content, _KINDS[kind])
    except msgspec.ValidationError as error:
        raise ProtocolError(f"Expected a message of the protocol: {error}.") from None
    if is_plain and isinstance(message, Event):
        message.event_id = None
        if isinstance(message.data, dict):
            message.data = {_snake_case(key): value for key, value in message.data.items()}
    return message.hello if isinstance(message, _HelloFrame) else message


def _snake_case(name: str) -> str:
    return WORD_START.sub("_", name).lower()


def encode(value: Any) -> str:
    """JSON text of anything that a handler may send.

    Besides what JSON has: dates, decimals, UUIDs, dataclasses, sets, lazy translations.
    Raises ``TypeError`` that names the type of anything else.
    """
    return _encoder.encode(value).decode()


def _encode_other(value: Any) -> Any:
    if isinstance(value, str):  # SafeString
        return str.__str__(value)
    if isinstance(value, dict):
        return dict(value)
    if type(value).__name__ == "__proxy__":  # gettext_lazy
        return str(value)
    raise TypeError(f"Cannot send a {type(value).__name__}: expected what JSON can hold.")


_encoder = msgspec.json.Encoder(enc_hook=_encode_other)


class Op:
    """One dict given to ``send``, encoded at once: what the handler does with it later is not seen.

    ``target`` and ``html`` are those of an op that replaces all of one target, which a later
    delta may start from. The HTML is known where the op was made, not where it arrived as a
    broadcast.
    """

    __slots__ = ("html", "rest", "target", "text")

    def __init__(
        self, text: str, target: str | None, html: str | None = None, rest: str = "{}"
    ) -> None:
        self.text = text
        self.target = target
        self.html = html
        self.rest = rest

    @classmethod
    def of(cls, data: dict[str, Any]) -> Op:
        """Raises ``TypeError`` for what is no dict, and for values that JSON cannot hold."""
        if not isinstance(data, dict):
            raise TypeError(
                'Expected a dict to send, such as {"target": "#id", "html": "..."},'
                f" but got {reprlib.repr(data)}."
            )
        if not _replaces_target(data):
            return cls(_encode_members(data), None)
        html = str.__str__(data["html"])
        rest = _encode_members({key: value for key, value in data.items() if key != "html"})
        return cls(_with_member(rest, "html", html), str(data["target"]), html, rest)

    def with_delta(self, delta: tuple[int, int, str]) -> str:
        """The text of this op with a delta in place of the HTML."""
        return _with_member(self.rest, "delta", delta)


def _encode_members(data: dict[str, Any]) -> str:
    try:
        return encode(data)
    except TypeError as error:
        raise TypeError(f"{error} It is in {_refused_key(data)!r}.") from error


def _refused_key(data: dict[str, Any]) -> str | None:
    """The first key that cannot be encoded, or whose value cannot."""
    for key, value in data.items():
        try:
            encode({key: value})
        except TypeError:
            return key
    return None


def _replaces_target(data: dict[str, Any]) -> bool:
    if any(data.get(key) for key in PARTIAL_KEYS):
        return False
    return isinstance(data.get("target"), str) and isinstance(data.get("html"), str)


def _with_member(text: str, name: str, value: Any) -> str:
    return f'{text[:-1]},"{name}":{encode(value)}}}'


def frame(seq: int, ops: list[str], ack: int | None = None, answers: int | None = None) -> str:
    """A server frame around ops that are encoded already: ``{"seq", "ack", "ops"}``."""
    head = f'{{"seq":{seq}'
    if ack is not None:
        head += f',"ack":{ack}'
    elif answers is not None:
        head += f',"answers":{answers}'
    return f'{head},"ops":[{",".join(ops)}]}}'


def error_frame(
    code: ErrorCode, message: str, *, function: str | None = None, ack: int | None = None
) -> dict[str, Any]:
    """The object that tells a client that something could not be done, and why."""
    error: dict[str, Any] = {"code": code.value, "message": message}
    if function is not None:
        error["function"] = function
    return {"error": error} if ack is None else {"ack": ack, "error": error}


def plain_error(error: dict[str, Any]) -> str:
    """The same for a client without our subprotocol: the reference's ``{"error", "function"}``."""
    return encode({"error": error["message"], "function": error.get("function")})
