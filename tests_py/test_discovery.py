"""Where handlers are found, and what a broken module does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils.autoreload import StatReloader, autoreload_started
from pytest_django import Settings

from liveview import discovery
from liveview.decorators import LiveviewHandlerRegistry
from tests_py.browser.server import CHECKOUT, HOST, environment, free_port
from tests_py.browser.waiting import eventually

HANDLER = """
from liveview import liveview_handler

@liveview_handler("{name}")
def handle(consumer, content):
    pass
"""

Install = Callable[[dict[str, str]], None]


@pytest.fixture
def install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[Install]:
    """Write the files of an app ``shop`` and install it."""
    monkeypatch.syspath_prepend(tmp_path)

    def write_and_install(files: dict[str, str]) -> None:
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "shop"]

    yield write_and_install
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]
    discovery.broken_components.clear()


def test_every_module_of_the_package_is_imported_but_private_ones(
    install: Install, registry: LiveviewHandlerRegistry
) -> None:
    install(
        {
            "shop/__init__.py": "",
            "shop/liveview_components/__init__.py": HANDLER.format(name="of the package"),
            "shop/liveview_components/cart.py": HANDLER.format(name="cart"),
            "shop/liveview_components/_private.py": HANDLER.format(name="private"),
            "shop/liveview_components/notes.txt": "no module",
        }
    )

    assert {"of the package", "cart"} <= set(registry.list_functions())
    assert "private" not in registry.list_functions()


def test_one_module_does_as_well(install: Install, registry: LiveviewHandlerRegistry) -> None:
    install({"shop/__init__.py": "", "shop/liveview_components.py": HANDLER.format(name="single")})

    assert "single" in registry.list_functions()


def test_a_package_without_an_init_file_is_found_too(
    install: Install, registry: LiveviewHandlerRegistry
) -> None:
    install(
        {"shop/__init__.py": "", "shop/liveview_components/cart.py": HANDLER.format(name="cart")}
    )

    assert "cart" in registry.list_functions()


def test_an_app_without_handlers_and_one_that_is_no_package_are_fine(install: Install) -> None:
    install({"shop.py": ""})

    assert discovery.broken_components == {}


@pytest.mark.parametrize("broken", ["1/0", "import missing_module", "def :", "raise KeyError('x')"])
def test_a_broken_module_does_not_stop_the_others(
    install: Install,
    registry: LiveviewHandlerRegistry,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    install(
        {
            "shop/__init__.py": "",
            "shop/liveview_components/__init__.py": "",
            "shop/liveview_components/a.py": broken,
            "shop/liveview_components/b.py": HANDLER.format(name="b"),
        }
    )

    assert "b" in registry.list_functions()
    assert list(discovery.broken_components) == ["shop.liveview_components.a"]
    assert "The handlers of shop.liveview_components.a could not be imported." in caplog.text
    assert "Traceback" in caplog.text


def test_a_broken_module_stops_manage_py_check(tmp_path: Path) -> None:
    components = tmp_path / "shop" / "liveview_components"
    components.mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").touch()
    (components / "cart.py").write_text("import missing_module")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from tests_py import settings; settings.INSTALLED_APPS.append('shop');"
        "from django.core.management import execute_from_command_line;"
        "execute_from_command_line(['manage.py', 'check'])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={"DJANGO_SETTINGS_MODULE": "tests_py.settings"},
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 1
    assert "(liveview.E003) The handlers of shop.liveview_components.cart" in ran.stderr


@pytest.mark.parametrize(
    "file",
    ["liveview_components.py", "liveview_components/__init__.py", "liveview_components/a/b.py"],
)
def test_runserver_watches_modules_with_handlers_that_were_never_imported(
    install: Install, tmp_path: Path, file: str
) -> None:
    install({"shop/__init__.py": "", f"shop/{file}": "def :"})
    reloader = StatReloader()
    autoreload_started.send(reloader)

    assert tmp_path / "shop" / file in reloader.watched_files()


SITE_SETTINGS = """
from tests_py.settings import *

INSTALLED_APPS = ["daphne", *INSTALLED_APPS, "shop"]
LOGGING = {
    "version": 1,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.utils.autoreload": {"handlers": ["console"], "level": "DEBUG"}},
}
"""


@contextmanager
def runserver(directory: Path, port: int) -> Iterator[Path]:
    """``runserver`` with its reloader, which is a process over a process; gives its log."""
    log = directory / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "django", "runserver", f"{HOST}:{port}"],
            env=environment(directory, {})
            | {"DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": f"{directory}:{CHECKOUT}"},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield log
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{HOST}:{port}/alive/").close()
    except (urllib.error.URLError, ConnectionError):
        return False
    return True


def test_runserver_starts_when_a_broken_module_is_corrected(tmp_path: Path) -> None:
    components = tmp_path / "shop" / "liveview_components.py"
    components.parent.mkdir()
    (components.parent / "__init__.py").touch()
    (tmp_path / "site_settings.py").write_text(SITE_SETTINGS)
    components.write_text("def :")
    port = free_port()

    with runserver(tmp_path, port) as log:
        eventually(lambda: "(liveview.E003)" in log.read_text())
        eventually(lambda: f"{components} first seen" in log.read_text())
        assert not answers(port)

        components.write_text(HANDLER.format(name="corrected"))
        eventually(lambda: answers(port))
