"""The app itself."""

from __future__ import annotations

from django.apps import apps

from liveview import liveview_registry
from liveview.apps import LiveViewConfig


def test_the_app_is_known_by_the_label_that_projects_use() -> None:
    config = apps.get_app_config("liveview")

    assert isinstance(config, LiveViewConfig)
    assert (config.name, config.label) == ("liveview", "liveview")


def test_the_handlers_of_installed_apps_are_there_when_django_is_ready() -> None:
    assert {"add_one", "keep_draft"} <= set(liveview_registry.list_functions())
