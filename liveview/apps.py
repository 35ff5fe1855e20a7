"""The app: finds the handlers of the project, registers the checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.autoreload import autoreload_started

from liveview.discovery import discover_components, watch_components


class LiveViewConfig(AppConfig):
    """``"liveview"`` in ``INSTALLED_APPS``."""

    name = "liveview"
    verbose_name = "LiveView"

    def ready(self) -> None:
        from liveview import checks  # noqa: F401 (registers them)
        from liveview.signals import connect_signals

        connect_signals()
        discover_components()
        autoreload_started.connect(watch_components)
