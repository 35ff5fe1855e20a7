"""Follows the quick start, and the page that goes on from it, word by word."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests_py.checkout import Checkout, run
from tests_py.markdown_pages import Block, blocks

from .server import HOST, free_port
from .waiting import eventually

SERVE = "python manage.py runserver"
# pip is among what the registry holds: that of its own takes the most time of all.
FASTER = {"python -m venv": "python -m venv --without-pip", SERVE: ""}


class Reader:
    """Somebody in an empty directory who does what a page says, from top to bottom."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        self.environment = environment

    def follow(self, page: str) -> None:
        for block in blocks(page):
            if block.language == "shell":
                self.run(quickened(block.text))
            elif block.language == "diff":
                self.edit(block)
            elif block.title:
                self.write(block)

    def run(self, script: str) -> str:
        """In bash; what it exports is there for the next one, as in one terminal."""
        kept = self.directory.parent / "environment"
        result = subprocess.run(
            ["bash", "-ec", f"{script}\nenv -0 > {kept}"],
            cwd=self.directory,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert result.returncode == 0, result.stdout
        pairs = kept.read_text().rstrip("\0").split("\0")
        self.environment = dict(pair.split("=", 1) for pair in pairs)
        return result.stdout

    def write(self, block: Block) -> None:
        path = self.directory / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)

    def edit(self, block: Block) -> None:
        path = self.directory / block.title
        path.write_text(changed(path.read_text(), block.text))

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The address of the site while it is served; the port is one that is free here."""
        address = f"{HOST}:{free_port()}"
        log = self.directory.parent / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {SERVE} --noreload {address}"],
                cwd=self.directory,
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        try:
            eventually(lambda: process.poll() is not None or answers(f"http://{address}"))
            assert process.poll() is None, log.read_text()
            yield f"http://{address}"
        finally:
            process.kill()
            process.wait()


def quickened(script: str) -> str:
    for line, faster in FASTER.items():
        script = script.replace(line, faster)
    return script


def changed(text: str, diff: str) -> str:
    """The text after the lines with a plus and a minus; other lines say where they belong."""
    lines, place = text.splitlines(), 0
    for line in diff.splitlines():
        sign, content = line[0], line[1:]
        if sign == "+":
            lines.insert(place, content)
        elif content.strip() != "...":
            place = lines.index(content, place)
        if sign == "-":
            del lines[place]
        elif content.strip() != "...":
            place += 1
    return "\n".join(lines) + "\n"


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url).close()
    except (urllib.error.URLError, ConnectionError):
        return False
    return True


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("quick_start_wheel")
    checkout = Checkout.copy_to(directory / "checkout")
    command = (sys.executable, "-m", "build", "--wheel", "-n", "--outdir", directory)
    run(*command, cwd=checkout.path)
    return next(directory.glob("*.whl"))


@pytest.fixture(scope="module")
def registry(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What makes pip find the wheel, and what it needs, without a network.

    The packages of the tests are there for it as if they were installed, all but ours.
    """
    directory = tmp_path_factory.mktemp("registry")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "liveview" not in entry.name and entry.suffix != ".pth":
            (directory / entry.name).symlink_to(entry)
    python = Path(sys.executable).parent
    return {
        "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(directory),
        "PIP_FIND_LINKS": str(wheel.parent),
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


@pytest.fixture(scope="module")
def reader(registry: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Has followed the quick start."""
    directory = tmp_path_factory.mktemp("reader") / "empty"
    directory.mkdir()
    inherited = {name: value for name, value in os.environ.items() if "DJANGO" not in name}
    reader = Reader(directory, inherited | registry)
    reader.follow("quick-start")
    return reader


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(10_000)
    page = context.new_page()
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    context.close()
    assert not errors


def test_who_follows_the_quick_start_has_a_counter(reader: Reader, page: Page) -> None:
    with reader.serving() as url:
        page.goto(url)
        page.get_by_role("button", name="Add one").click()
        expect(page.locator("#count")).to_have_text("1")
        page.get_by_role("button", name="Add one").click()
        expect(page.locator("#count")).to_have_text("2")
        page.reload()
        expect(page.locator("#count")).to_have_text("2")


def test_the_project_of_the_quick_start_passes_all_checks(reader: Reader) -> None:
    assert "no issues" in reader.run("python manage.py check")


def test_it_is_the_wheel_that_was_installed(reader: Reader) -> None:
    place = reader.run("python -c 'import liveview; print(liveview.__file__)'")

    assert Path(place).is_relative_to(reader.directory / ".venv")


@pytest.fixture(scope="module")
def reader_of_both(reader: Reader) -> Reader:
    """Has gone on with the page about state management."""
    reader.follow("state-management")
    return reader


def test_who_goes_on_has_a_form_with_drafts(reader_of_both: Reader, page: Page) -> None:
    with reader_of_both.serving() as url:
        page.goto(f"{url}/review/")
        status = page.locator("#status")

        page.get_by_label("Anonymous").check()
        page.get_by_label("Title").fill("On weaving")
        eventually(lambda: "On weaving" in page.request.get(page.url).text())
        page.reload()
        expect(status).to_contain_text("This is your draft of")
        expect(page.get_by_label("Title")).to_have_value("On weaving")
        expect(page.get_by_label("Anonymous")).to_be_checked()

        page.get_by_label("Title").evaluate("field => (field.value = '')")
        page.get_by_role("button", name="Back to the draft").click()
        expect(page.get_by_label("Title")).to_have_value("On weaving")

        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("This field is required.")).to_be_visible()
        page.get_by_label("Text").fill("Twenty characters, and some more.")
        page.get_by_role("button", name="Send").click()
        expect(status).to_have_text("Thank you for your review!")
        page.reload()
        expect(page.get_by_label("Title")).to_have_value("")
        expect(status).to_have_text("")
