"""A page without a browser: it speaks liveview.v1 over a real socket."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

Frame = dict[str, Any]

SECONDS = 30.0


class Visitor:
    """A browser's cookies: one visitor can open any number of pages."""

    def __init__(self, url: str, cookies: dict[str, str] | None = None) -> None:
        self.url = url
        self._cookies = dict(cookies or {})

    def get(self, path: str) -> str:
        request = urllib.request.Request(self.url + path)
        if self._cookies:
            request.add_header("Cookie", self.cookies)
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            self._keep_cookies(answer.headers.get_all("Set-Cookie", []))
            return str(answer.read().decode())

    def session(self) -> dict[str, Any]:
        """What a plain view finds in the visitor's session."""
        found: dict[str, Any] = json.loads(self.get("/session/"))
        return found

    @property
    def cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def _keep_cookies(self, headers: list[str]) -> None:
        for header in headers:
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value

    def open_page(self, url: str | None = None) -> WirePage:
        """A page of this visitor, at this server or at another process of the same site."""
        return WirePage(url or self.url, self.cookies)


class WirePage:
    """One document's connection. Numbers its events as the client in the browser does."""

    def __init__(self, url: str, cookies: str) -> None:
        self.id = uuid.uuid4().hex
        self.frames: list[Frame] = []
        self._url = url
        self._cookies = cookies
        self._sent = 0
        self._socket = self._connect()

    def __enter__(self) -> WirePage:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _connect(self) -> ClientConnection:
        socket = connect(
            f"{self._url.replace('http', 'ws', 1)}/ws/liveview/{uuid.uuid4().hex}/",
            origin=Origin(self._url),
            additional_headers={"Cookie": self._cookies} if self._cookies else {},
            subprotocols=[Subprotocol("liveview.v1")],
            open_timeout=SECONDS,
            close_timeout=1,
            max_size=None,
            legacy=True,
        )
        socket.send(json.dumps({"hello": {"page": self.id, "seen": 0, "session": None}}))
        hello = json.loads(socket.recv(SECONDS))
        if "hello" not in hello:
            raise AssertionError(f"Expected the server's hello, but got {hello!r}.")
        self.frames.append(hello)
        return socket

    def send(self, function: str, **data: Any) -> int:
        """Sends an event without waiting; returns its id."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "function": function, "data": data}))
        return self._sent

    def wait_for(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The next frame that is wanted; the others are kept in `frames`."""
        while True:
            frame: Frame = json.loads(self._socket.recv(SECONDS))
            self.frames.append(frame)
            if wanted(frame):
                return frame

    def wait_done(self, event_id: int | None = None) -> Frame:
        """Waits until the event, or else the last one sent, is acknowledged."""
        wanted = event_id or self._sent
        return self.wait_for(lambda frame: frame.get("ack", 0) >= wanted)

    def call(self, function: str, **data: Any) -> Frame:
        """Sends an event and waits for the frame that ends it."""
        return self.wait_done(self.send(function, **data))

    def close(self) -> None:
        self._socket.close()
