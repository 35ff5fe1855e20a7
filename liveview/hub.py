"""The process' one ear on the channel layer: which pages are in which groups, and what they get.

One channel serves all groups of the process. Only the groups that code outside this package may
send to by Channels' own means (``broadcast`` and named rooms) have a channel of their own: such a
message does not say which group it was sent to.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from channels.layers import get_channel_layer

logger = logging.getLogger("liveview")

BROADCAST_GROUP = "broadcast"
MESSAGE_TYPE = "liveview.items"
LAYER_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,99}")
RETRY_SECONDS = 1.0

Item = list[Any]
Job = Callable[[], Coroutine[Any, Any, None]]


class Member(Protocol):
    """What the hub knows of a page."""

    def receive_item(self, item: Item) -> None:
        """One item of a group that the page is in."""

    def receive_foreign(self, message: dict[str, Any]) -> None:
        """A message that somebody sent to the group with ``channel_layer.group_send``."""


class Hub:
    """Groups and their local members, on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._layer = get_channel_layer()
        self._members: dict[str, dict[Member, None]] = {}
        self._ears: dict[str | None, Ear] = {}
        self._jobs: deque[Job | tuple[str, Item]] = deque()
        self._worker: asyncio.Task[None] | None = None

    def join(self, group: str, member: Member, *, named: bool = False) -> None:
        """Make ``member`` one of ``group``; ``settled`` says when other processes know."""
        members = self._members.setdefault(group, {})
        members[member] = None
        if len(members) == 1:
            self._put(lambda: self._enter(group, named))

    def leave(self, group: str, member: Member) -> None:
        """Take ``member`` out of ``group``."""
        members = self._members.get(group, {})
        members.pop(member, None)
        if group in self._members and not members:
            del self._members[group]
            self._put(lambda: self._exit(group))

    async def settled(self) -> None:
        """Returns when everything asked for so far has happened."""
        if not self._jobs and self._worker is None:
            return
        done = self.loop.create_future()

        async def tell() -> None:
            done.set_result(None)

        self._put(tell)
        await done

    def publish(self, group: str, item: Item) -> None:
        """Send one item to all pages of a group, in all processes; from any thread."""
        if runs_here(self.loop):
            self._put((group, item))
        else:
            self.loop.call_soon_threadsafe(self._put, (group, item))

    def deliver(self, group: str, items: list[Item]) -> None:
        """Hand items to the members here."""
        for member in list(self._members.get(group, ())):
            for item in items:
                member.receive_item(item)

    def deliver_foreign(self, group: str | None, message: dict[str, Any]) -> None:
        """Hand over a message that was not sent by this package."""
        if group is None:
            logger.error(
                "A message of type %r went to a group of one page. Send to it with"
                " liveview.send(..., to=group).",
                message.get("type"),
            )
            return
        for member in list(self._members.get(group, ())):
            member.receive_foreign(message)

    def _put(self, job: Job | tuple[str, Item]) -> None:
        self._jobs.append(job)
        if self._worker is None:
            self._worker = self.loop.create_task(self._work())

    async def _work(self) -> None:
        """Everything that goes to the layer goes from here: concurrent sends overtake."""
        try:
            while self._jobs:
                job = self._jobs.popleft()
                await _logging_failure(self._send(*job) if isinstance(job, tuple) else job())
        finally:
            self._worker = None

    async def _send(self, group: str, item: Item) -> None:
        items = [item]
        while self._jobs and isinstance(self._jobs[0], tuple) and self._jobs[0][0] == group:
            items.append(self._jobs.popleft()[1])  # type: ignore[index]
        if self._layer is None:
            self.deliver(group, items)
        else:
            await self._layer.group_send(layer_group(group), pack(group, items))

    async def _enter(self, group: str, named: bool) -> None:
        if self._layer is None or group not in self._members:
            return
        ear = self._ears.get(group if named else None)
        if ear is None:
            channel = await self._layer.new_channel()
            ear = self._ears[group if named else None] = Ear(
                self, channel, group if named else None
            )
        ear.groups.add(group)
        await self._layer.group_add(layer_group(group), ear.channel)

    async def _exit(self, group: str) -> None:
        key = group if group in self._ears else None
        ear = self._ears.get(key)
        if ear is None or group in self._members:
            return
        ear.groups.discard(group)
        await self._layer.group_discard(layer_group(group), ear.channel)
        if not ear.groups:
            self._ears.pop(key).stop()


class Ear:
    """One channel, and the task that listens to it."""

    def __init__(self, hub: Hub, channel: str, group: str | None) -> None:
        self.channel = channel
        self.groups: set[str] = set()
        self._group = group
        self._hub = hub
        self._task = hub.loop.create_task(self._listen())

    def stop(self) -> None:
        """Listen no more."""
        self._task.cancel()

    async def _listen(self) -> None:
        while True:
            try:
                self._hear(await get_channel_layer().receive(self.channel))
            except asyncio.CancelledError:
                raise
            except Exception as error:
                # A layer's connection breaks, and an idle read of Redis times out: no page of
                # ours is told, the next read serves them.
                logger.debug("Reading %s again after: %r", self.channel, error)
                await asyncio.sleep(RETRY_SECONDS if not _is_timeout(error) else 0)

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("type") == MESSAGE_TYPE:
            self._hub.deliver(message["group"], message["items"])
        else:
            self._hub.deliver_foreign(self._group, message)


def layer_group(group: str) -> str:
    """A group's name as channel layers allow it."""
    if LAYER_NAME.fullmatch(group):
        return group
    return f"liveview.{hashlib.sha256(group.encode()).hexdigest()}"


def pack(group: str, items: list[Item]) -> dict[str, Any]:
    """The channel-layer message that carries items to a group."""
    return {"type": MESSAGE_TYPE, "group": group, "items": items}


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}
_guard = threading.Lock()


def current_hub() -> Hub:
    """The hub of the running loop."""
    loop = asyncio.get_running_loop()
    with _guard:
        if loop not in _hubs:
            for closed in [other for other in _hubs if other.is_closed()]:
                del _hubs[closed]
            _hubs[loop] = Hub(loop)
        return _hubs[loop]


def reachable_hub() -> Hub | None:
    """A hub of this process that can send, for code that runs outside of any page."""
    with _guard:
        return next((hub for loop, hub in _hubs.items() if loop.is_running()), None)


def runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the caller is on that loop."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _is_timeout(error: Exception) -> bool:
    return "timeout" in type(error).__name__.lower()


async def _logging_failure(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("The channel layer did not take a message or a group.")
