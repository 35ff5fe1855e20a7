"""Groups over a channel layer: all pages, all processes, in order, whatever the layer does."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer
from pytest_django import Settings

from liveview import send
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from liveview.hub import Hub, current_hub, layer_group
from tests_py.socket_driver import SocketDriver

Content = dict[str, Any]
Layers = dict[str, dict[str, Any]]

MANY = 10_000
SECONDS = 30.0


class Member:
    """Keeps what it gets."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.foreign: list[Any] = []

    def receive_item(self, item: Any) -> None:
        self.items.append(item[0])

    def receive_foreign(self, message: dict[str, Any]) -> None:
        self.foreign.append(message)

    async def until(self, count: int) -> list[Any]:
        async with asyncio.timeout(SECONDS):
            while len(self.items) < count:
                await asyncio.sleep(0.005)
        return self.items


@pytest.fixture
def redis_layers(redis_url: str) -> Layers:
    return {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [redis_url]},
        }
    }


@pytest.fixture(params=["none", "memory", "redis"])
async def layer(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Any]:
    """Each kind of channel layer, and none."""
    if request.param == "none":
        settings.CHANNEL_LAYERS = {}
    if request.param == "redis":
        settings.CHANNEL_LAYERS = request.getfixturevalue("redis_layers")
    async for found in closing(get_channel_layer()):
        yield found


async def closing(layer: Any) -> AsyncIterator[Any]:
    yield layer
    for ear in list(current_hub()._ears.values()):
        ear.stop()
    await asyncio.sleep(0)
    if hasattr(layer, "close_pools"):
        await layer.close_pools()


# Groups


async def test_items_of_a_group_reach_its_members_in_order(layer: Any) -> None:
    hub, ada, bob, stranger = current_hub(), Member(), Member(), Member()
    hub.join("room_1", ada)
    hub.join("room_1", bob)
    hub.join("room_2", stranger)
    await hub.settled()
    for number in range(300):
        hub.publish("room_1", [number])
    hub.publish("room_2", ["other"])

    assert await ada.until(300) == list(range(300))
    assert await bob.until(300) == list(range(300))
    assert await stranger.until(1) == ["other"]


async def test_who_left_a_group_gets_nothing_more(layer: Any) -> None:
    hub, ada, bob = current_hub(), Member(), Member()
    for member in (ada, bob):
        hub.join("room_1", member)
    hub.leave("room_1", ada)
    hub.leave("room_1", ada)
    hub.publish("room_1", ["news"])

    assert await bob.until(1) == ["news"]
    assert ada.items == []


async def test_who_comes_back_to_a_group_at_once_is_in_it(layer: Any) -> None:
    hub, ada = current_hub(), Member()
    for _ in range(3):
        hub.join("room_1", ada, named=True)
        hub.leave("room_1", ada)
    hub.join("room_1", ada, named=True)
    await hub.settled()
    hub.publish("room_1", ["news"])

    assert await ada.until(1) == ["news"]


async def test_a_group_without_members_costs_nothing(layer: Any) -> None:
    hub, ada = current_hub(), Member()
    hub.join("room_1", ada, named=True)
    hub.leave("room_1", ada)
    await hub.settled()

    assert hub._members == {}
    assert hub._ears == {}


@pytest.mark.parametrize("layer", ["memory"], indirect=True)
async def test_any_name_is_a_group(layer: Any) -> None:
    hub, ada = current_hub(), Member()
    for name in ("room_é \n/", "x" * 500, ""):
        hub.join(name, ada)
        hub.publish(name, [name])

    assert await ada.until(3) == ["room_é \n/", "x" * 500, ""]
    assert layer_group("room_1") == "room_1", "the name that Channels' own means use"


@pytest.mark.parametrize("layer", ["memory"], indirect=True)
async def test_a_member_that_fails_does_not_deafen_the_hub(
    layer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Member):
        def receive_item(self, item: Any) -> None:
            raise LookupError(item)

    hub, ada = current_hub(), Member()
    hub.join("room_1", Broken())
    hub.join("room_2", ada)
    await hub.settled()
    hub.publish("room_1", ["a"])
    hub.publish("room_2", ["b"])

    assert await ada.until(1) == ["b"]
    assert "LookupError" in caplog.text


@pytest.mark.parametrize("layer", ["memory"], indirect=True)
async def test_a_foreign_message_to_a_group_of_one_page_is_said_in_the_log(
    layer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    hub, ada, bob = current_hub(), Member(), Member()
    hub.join("private", ada)
    hub.join("public", bob, named=True)
    await hub.settled()
    await layer.group_send("private", {"type": "chat.message"})
    await layer.group_send("public", {"type": "chat.message"})
    hub.publish("public", ["later"])
    await bob.until(1)

    assert (ada.foreign, bob.foreign) == ([], [{"type": "chat.message"}])
    assert "'chat.message'" in caplog.text


# D4


async def test_d4_10_000_broadcasts_of_one_handler_all_arrive_in_order(
    layer: Any, registry: LiveviewHandlerRegistry
) -> None:
    @registry.register("burst")
    def burst(consumer: LiveViewConsumer, content: Content) -> None:
        for number in range(MANY):
            send(consumer, {"title": number}, broadcast=True)

    async with SocketDriver() as socket, SocketDriver() as other:
        socket.event("burst")
        for each in (socket, other):
            titles: list[int] = []
            while len(titles) < MANY:
                titles += [op["title"] for op in (await each.frame())["ops"]]
            assert titles == list(range(MANY))


def test_d4_10_000_broadcasts_reach_the_pages_of_another_process_in_order(
    redis_layers: Layers, settings: Settings
) -> None:
    settings.CHANNEL_LAYERS = redis_layers
    environment = {
        **os.environ,
        "LIVEVIEW_TEST_SETTINGS": json.dumps({"CHANNEL_LAYERS": redis_layers}),
    }

    async def burst() -> None:
        async with SocketDriver():
            for number in range(MANY):
                send(None, {"title": number}, broadcast=True)
            await current_hub().settled()
            async for _ in closing(get_channel_layer()):
                pass

    far = subprocess.Popen(
        [sys.executable, "-m", "tests_py.far_page", str(MANY)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert far.stdout is not None
    assert far.stdout.readline() == "open\n"
    asyncio.run(burst())
    titles = json.loads(far.stdout.readline())
    assert far.wait(SECONDS) == 0
    far.stdout.close()
    assert titles == list(range(MANY))


# A layer that breaks


@pytest.mark.parametrize("layer", ["redis"], indirect=True)
async def test_a_redis_that_has_forgotten_everything_is_joined_again(
    layer: Any, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("liveview.hub.RENEW_SECONDS", 0.1)
    hub, ada = current_hub(), Member()
    hub.join("room_1", ada)
    hub.join("room_2", ada, named=True)
    await hub.settled()
    await asyncio.sleep(0.05)
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

        async with asyncio.timeout(SECONDS):
            while len(client.keys("asgi:group:*")) < 2:
                await asyncio.sleep(0.01)
    hub.publish("room_1", ["one"])
    hub.publish("room_2", ["two"])

    assert sorted(await ada.until(2)) == ["one", "two"]


async def test_an_idle_read_that_times_out_is_repeated(
    redis_layers: Layers, redis_url: str, settings: Settings
) -> None:
    """redis-py 8 gives up reading after as long as channels-redis blocks."""
    redis_layers["default"]["CONFIG"]["hosts"] = [{"address": redis_url, "socket_timeout": 0.3}]
    settings.CHANNEL_LAYERS = redis_layers
    hub, ada = current_hub(), Member()
    async for _ in closing(get_channel_layer()):
        hub.join("room_1", ada)
        await hub.settled()
        for number in range(3):
            await asyncio.sleep(0.45)
            hub.publish("room_1", [number])
        assert await ada.until(3) == [0, 1, 2]


async def test_a_layer_that_takes_nothing_is_said_in_the_log_and_stops_nobody(
    caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1"]},
        }
    }
    async for _ in closing(get_channel_layer()):
        async with SocketDriver() as socket:
            send(None, {"title": "lost"}, broadcast=True)
            await current_hub().settled()
            socket.send({"ping": 1})
            assert await socket.frame() == {"pong": 1}

    assert "The channel layer did not take a message or a group." in caplog.text


async def test_each_loop_has_a_hub_of_its_own() -> None:
    def other_loop() -> Hub:
        async def find() -> Hub:
            return current_hub()

        return asyncio.run(find())

    assert await asyncio.to_thread(other_loop) is not current_hub()
    assert current_hub() is current_hub()
