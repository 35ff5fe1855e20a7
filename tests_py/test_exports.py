"""The names that applications import: they stay."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import liveview

NAMES = {
    "liveview": ["asend", "liveview_handler", "liveview_registry", "send"],
    "liveview.connections": ["BROADCAST_GROUP", "asend", "send"],
    "liveview.decorators": ["LiveviewHandlerRegistry", "liveview_handler", "liveview_registry"],
    "liveview.consumers": ["LiveViewConsumer"],
    "liveview.routing": ["get_liveview_path", "get_liveview_urlpatterns"],
    "liveview.asgi": ["get_liveview_application"],
    "liveview.middleware": ["SessionMiddleware"],
}


@pytest.mark.parametrize("module", NAMES)
def test_what_applications_import_is_there(module: str) -> None:
    assert [name for name in NAMES[module] if not hasattr(import_module(module), name)] == []


def test_the_package_exports_these_names_and_no_others() -> None:
    assert sorted(liveview.__all__) == NAMES["liveview"]


def test_the_registry_is_one_object_under_each_of_its_names() -> None:
    assert liveview.liveview_registry is import_module("liveview.decorators").liveview_registry
    assert import_module("liveview.connections").BROADCAST_GROUP == "broadcast"


def test_the_package_is_typed() -> None:
    assert (Path(liveview.__file__).parent / "py.typed").exists()
