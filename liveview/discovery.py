"""Finds the modules with handlers: ``liveview_components`` of every installed app."""

from __future__ import annotations

import logging
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.utils.autoreload import BaseReloader

logger = logging.getLogger("liveview")

COMPONENTS = "liveview_components"
WATCHED = (f"{COMPONENTS}.py", f"{COMPONENTS}/**/*.py")

broken_components: dict[str, Exception] = {}


def discover_components() -> None:
    """Import every module with handlers. One that is broken does not stop the others; it is an
    error of ``manage.py check`` (``liveview.E003``), and in the log."""
    broken_components.clear()
    for app in _packages():
        for name in _component_modules(f"{app.name}.{COMPONENTS}"):
            _import(name)


def watch_components(sender: BaseReloader, **kwargs: Any) -> None:
    """Let ``runserver`` watch the modules with handlers.

    It watches what was imported; a broken module was not, and correcting it has to count.
    """
    for app in _packages():
        for pattern in WATCHED:
            sender.watch_dir(Path(app.path), pattern)


def _packages() -> list[AppConfig]:
    return [app for app in apps.get_app_configs() if hasattr(app.module, "__path__")]


def _component_modules(package: str) -> Iterator[str]:
    """One module, or every module of the package whose name does not start with ``_``."""
    spec = find_spec(package)
    if spec is None:
        return
    yield package
    for module in pkgutil.iter_modules(spec.submodule_search_locations or []):
        if not module.name.startswith("_"):
            yield f"{package}.{module.name}"


def _import(name: str) -> None:
    try:
        import_module(name)
    except Exception as error:
        broken_components[name] = error
        logger.exception("The handlers of %s could not be imported.", name)
