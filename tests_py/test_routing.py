"""The socket's path: the usual one, one's own, and an import before Django is ready."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from channels.routing import URLRouter
from django.urls import re_path

from liveview.consumers import LiveViewConsumer
from liveview.routing import get_liveview_path, get_liveview_urlpatterns
from tests_py.socket_driver import SocketDriver

OWN = [
    [get_liveview_path("own/<str:room_name>/")],
    [re_path(r"^own/(?P<room_name>[^/]+)/$", LiveViewConsumer.as_asgi())],
]


async def test_the_usual_path() -> None:
    async with SocketDriver(URLRouter(get_liveview_urlpatterns())) as socket:
        assert socket.server_hello["resumed"] is False


@pytest.mark.parametrize("patterns", OWN, ids=["get_liveview_path", "re_path"])
async def test_a_path_of_ones_own(patterns: list[Any]) -> None:
    async with SocketDriver(URLRouter(patterns), path="/own/") as socket:
        assert socket.server_hello["resumed"] is False


def test_routing_can_be_imported_before_django_is_set_up() -> None:
    code = (
        "from liveview.routing import get_liveview_path, get_liveview_urlpatterns;"
        "get_liveview_urlpatterns();"
        "import django; from django.apps import apps; assert not apps.ready; django.setup()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"DJANGO_SETTINGS_MODULE": "tests_py.settings"},
        capture_output=True,
        text=True,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
