"""The least that a broadcast costs: one message to every open socket, one after another."""

from typing import Any

sockets: set[Any] = set()


async def application(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    sockets.add(send)
    while (message := await receive())["type"] == "websocket.receive":
        for other in list(sockets):
            await other({"type": "websocket.send", "text": message["text"]})
    sockets.discard(send)
