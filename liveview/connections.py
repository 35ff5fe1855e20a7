"""``send``: what handlers call, and what threads, commands and tasks call."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from liveview.gate import post
from liveview.hub import BROADCAST_GROUP, Item, layer_group, pack, reachable_hub
from liveview.mailbox import runs_on_a_loop
from liveview.protocol import Op
from liveview.sessions.endings import hash_key, session_group

__all__ = ["BROADCAST_GROUP", "asend", "send"]


def send(consumer: Any, data: dict[str, Any], broadcast: bool = False) -> None:
    """Queue a message for a page, or for all pages. Never waits; from any thread.

    ``data`` says what the page is to do: ``target`` and ``html``, and the other keys listed in
    ``docs/handlers.md``. Without a consumer, a broadcast goes out from anywhere.

    Raises ``ValueError`` without a consumer and without ``broadcast``, ``RuntimeError`` when
    there is no channel layer to reach the pages by, and in async code of a process without pages
    (use ``asend`` there), ``TypeError`` for what JSON cannot hold.
    """
    if consumer is not None:
        deliver = consumer.broadcast_to_all if broadcast else consumer.send_json
        deliver(data)
    elif broadcast:
        item = op_item(data)
        post(lambda: publish(BROADCAST_GROUP, item))
    else:
        raise ValueError("Consumer cannot be None when not broadcasting.")


async def asend(consumer: Any, data: dict[str, Any], broadcast: bool = False) -> None:
    """``send`` for async code in a process without pages: returns when the message is on its way.

    Raises what ``send`` raises.
    """
    if consumer is None and broadcast and reachable_hub() is None:
        await _layer().group_send(BROADCAST_GROUP, pack(BROADCAST_GROUP, [op_item(data)]))
    else:
        send(consumer, data, broadcast)


def op_item(data: dict[str, Any]) -> Item:
    """A message as it travels to a group: encoded once, for all its pages."""
    op = Op.of(data)
    return ["op", op.text, op.target]


def publish_end(session_key: str) -> None:
    """Tell the pages of a session that its key leads nowhere any more."""
    if reachable_hub() is not None or get_channel_layer() is not None:
        publish(session_group(session_key), ["end", hash_key(session_key)])


def publish(group: str, item: Item) -> None:
    """Send an item to the pages of a group, from a process that may have no pages itself."""
    hub = reachable_hub()
    if hub is not None:
        hub.publish(group, item)
        return
    layer = _layer()
    if runs_on_a_loop():
        raise RuntimeError("send() would have to wait here: use 'await asend(...)' in async code.")
    async_to_sync(layer.group_send)(layer_group(group), pack(group, [item]))


def _layer() -> Any:
    layer = get_channel_layer()
    if layer is None:
        raise RuntimeError(
            "Cannot broadcast: no channel layer is configured. Set CHANNEL_LAYERS, for example to"
            ' {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}.'
        )
    return layer
