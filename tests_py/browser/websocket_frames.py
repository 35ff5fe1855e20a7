"""Reads WebSocket frames (RFC 6455) off a stream, together with the bytes they came in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import IntEnum


class Opcode(IntEnum):
    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


@dataclass(frozen=True)
class RawFrame:
    opcode: Opcode
    final: bool
    payload: bytes
    wire: bytes

    @property
    def is_control(self) -> bool:
        return self.opcode >= Opcode.CLOSE


async def read_frame(reader: asyncio.StreamReader) -> RawFrame:
    """The next frame, unmasked. Raises asyncio.IncompleteReadError at the end of the stream."""
    head = await reader.readexactly(2)
    length_bytes = await reader.readexactly({126: 2, 127: 8}.get(head[1] & 0x7F, 0))
    length = int.from_bytes(length_bytes) if length_bytes else head[1] & 0x7F
    mask = await reader.readexactly(4 if head[1] & 0x80 else 0)
    body = await reader.readexactly(length)
    return RawFrame(
        opcode=Opcode(head[0] & 0x0F),
        final=bool(head[0] & 0x80),
        payload=unmask(body, mask) if mask else body,
        wire=head + length_bytes + mask + body,
    )


def unmask(body: bytes, mask: bytes) -> bytes:
    repeated = (mask * (len(body) // 4 + 1))[: len(body)]
    return (int.from_bytes(body) ^ int.from_bytes(repeated)).to_bytes(len(body))


class MessageJoiner:
    """Puts the fragments of a message together; control frames may come in between."""

    def __init__(self) -> None:
        self._fragments: list[bytes] = []

    def add(self, frame: RawFrame) -> bytes | None:
        """The message that this frame completes, or None."""
        if frame.is_control:
            return None
        self._fragments.append(frame.payload)
        if not frame.final:
            return None
        message = b"".join(self._fragments)
        self._fragments.clear()
        return message
