"""The process' ear on the channel layer: which pages are in which groups, and what they get.

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
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Protocol

from channels.layers import get_channel_layer

from liveview.mailbox import mailbox_of, runs_here
from liveview.serial import Serial, is_cancelled

logger = logging.getLogger("liveview")

BROADCAST_GROUP = "broadcast"
MESSAGE_TYPE = "liveview.items"
LAYER_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,99}")
RETRY_SECONDS = 1.0
RENEW_SECONDS = 30.0

Item = list[Any]
Job = Callable[[], Coroutine[Any, Any, None]] | tuple[str, Item]


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
        self._mailbox = mailbox_of(loop)
        self._layer = get_channel_layer()
        self._members: dict[str, dict[Member, None]] = {}
        self._ears: dict[str | None, Ear] = {}
        self._renewal: asyncio.TimerHandle | None = None
        # Everything that goes to the layer goes from here: concurrent sends overtake.
        self._jobs: Serial[Job] = Serial(loop, self._do)

    def join(self, group: str, member: Member, *, named: bool = False) -> None:
        """Make ``member`` one of ``group``; ``settled`` says when other processes know."""
        members = self._members.setdefault(group, {})
        members[member] = None
        if len(members) == 1:
            self._jobs.put(lambda: self._enter(group, named))

    def leave(self, group: str, member: Member) -> None:
        """Take ``member`` out of ``group``."""
        members = self._members.get(group, {})
        members.pop(member, None)
        if group in self._members and not members:
            del self._members[group]
            self._jobs.put(lambda: self._exit(group))

    def has_members(self, group: str) -> bool:
        """Whether a page of this process is in ``group``."""
        return group in self._members

    async def settled(self) -> None:
        """Returns when everything asked for so far has happened."""
        if self._jobs.is_idle:
            return
        done = asyncio.Event()

        async def tell() -> None:
            done.set()

        self._jobs.put(tell)
        await done.wait()

    def publish(self, group: str, item: Item) -> None:
        """Send one item to all pages of a group, in all processes; from any thread."""
        if runs_here(self.loop):
            self._jobs.put((group, item))
        else:
            self._mailbox.post(partial(self._jobs.put, (group, item)))

    def deliver(self, group: str, items: list[Item]) -> None:
        """Hand items to the members here."""
        for member in list(self._members.get(group, ())):
            for item in items:
                member.receive_item(item)

    def deliver_foreign(self, group: str | None, message: dict[str, Any]) -> None:
        """Hand over a message that was not sent by this package."""
        if group is None:
            logger.error(
                "A message of type %r went to a group that only this package can send to."
                " Use consumer.send_to_group(group, message).",
                message.get("type"),
            )
            return
        for member in list(self._members.get(group, ())):
            member.receive_foreign(message)

    async def _do(self, job: Job) -> None:
        try:
            await (self._send(*job) if isinstance(job, tuple) else job())
        except Exception:
            logger.exception("The channel layer did not take a message or a group.")

    async def _send(self, group: str, item: Item) -> None:
        items, waiting = [item], self._jobs.waiting
        while waiting and isinstance(job := waiting[0], tuple) and job[0] == group:
            items.append(job[1])
            waiting.popleft()
        if self._layer is None:
            self.deliver(group, items)
        else:
            await self._layer.group_send(layer_group(group), pack(group, items))

    async def _enter(self, group: str, named: bool) -> None:
        if self._layer is None or group not in self._members:
            return
        key = group if named else None
        if key not in self._ears:
            channel = await self._layer.new_channel()
            self._ears[key] = Ear(self.loop, self._layer, channel, partial(self._hear, key))
            self._renew_later()
        await self._ears[key].join(layer_group(group))

    async def _exit(self, group: str) -> None:
        key = group if group in self._ears else None
        ear = self._ears.get(key)
        if ear is None or group in self._members:
            return
        await ear.leave(layer_group(group))
        if not ear.groups:
            self._ears.pop(key).stop()

    def _renew_later(self) -> None:
        if self._renewal is None and self._ears:
            self._renewal = self.loop.call_later(RENEW_SECONDS, self._jobs.put, self._renew)

    async def _renew(self) -> None:
        """Memberships expire, and a layer that was restarted has forgotten them."""
        self._renewal = None
        self._renew_later()
        for ear in list(self._ears.values()):
            await ear.join_again()

    def _hear(self, group: str | None, message: dict[str, Any]) -> None:
        if message.get("type") == MESSAGE_TYPE:
            self.deliver(message["group"], message["items"])
        else:
            self.deliver_foreign(group, message)


class Ear:
    """One channel of a layer, the groups that it is in, and the task that listens to it."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        layer: Any,
        channel: str,
        hear: Callable[[dict[str, Any]], None],
    ) -> None:
        self.groups: set[str] = set()
        self._layer = layer
        self._channel = channel
        self._hear = hear
        self._task = loop.create_task(self._listen())

    async def join(self, group: str) -> None:
        """Hear what is sent to a group."""
        self.groups.add(group)
        await self._layer.group_add(group, self._channel)

    async def leave(self, group: str) -> None:
        """Hear it no more."""
        self.groups.discard(group)
        await self._layer.group_discard(group, self._channel)

    async def join_again(self) -> None:
        """Make the layer know about every group."""
        for group in list(self.groups):
            await self._layer.group_add(group, self._channel)

    def stop(self) -> None:
        """Listen no more."""
        self._task.cancel()

    async def _listen(self) -> None:
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception as error:
                if is_cancelled():  # channels-redis answers with other errors than that
                    raise asyncio.CancelledError from error
                # A connection breaks, an idle read of Redis times out: the next one serves us.
                logger.debug("Reading %s again after: %r", self._channel, error)
                is_timeout = "timeout" in type(error).__name__.lower()
                await asyncio.sleep(0 if is_timeout else RETRY_SECONDS)
            else:
                self._heard(message)

    def _heard(self, message: dict[str, Any]) -> None:
        try:
            self._hear(message)
        except Exception:
            logger.exception("A message of the channel layer was not delivered.")


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
