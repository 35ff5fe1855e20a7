"""What the pages in docs/ say of names, numbers and costs is what the code does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from liveview.conf import DEFAULTS
from liveview.sessions.engines import merging_store
from liveview.sessions.event import open_session
from liveview.sessions.marks import EventMark, ensure_identity
from tests_py.markdown_pages import (
    DOCS,
    ROOT,
    blocks,
    client_source,
    headings,
    read_page,
    rows,
    section,
    text_of,
)
from tests_py.test_imports import LAYERS

FRONTEND = ROOT / "frontend"
PAGES = sorted(path.stem for path in DOCS.glob("*.md"))

# Settings


def test_every_setting_stands_in_the_docs_with_its_default() -> None:
    table = rows(section("settings", "The dict LIVEVIEW"))

    assert {key: ast.literal_eval(default) for key, default, *_ in table} == DEFAULTS


def test_the_settings_are_in_the_order_of_the_alphabet() -> None:
    keys = [key for key, *_ in rows(section("settings", "The dict LIVEVIEW"))]

    assert keys == sorted(keys)


def fixed_bounds() -> list[tuple[str, str, str]]:
    table = rows(section("settings", "Fixed bounds"))
    return [(value, *where.split("` `")) for _, value, _, where in table]  # type: ignore[misc]


@pytest.mark.parametrize(("value", "file", "name"), fixed_bounds())
def test_a_fixed_bound_is_the_constant_of_the_code(value: str, file: str, name: str) -> None:
    found = re.search(rf"^(?:const )?{name} = ([\d._]+(?: [-*] [\d_]+)*)", text_of(file), re.M)

    assert found, f"{file} has no {name}."
    assert eval(found[1]) == float(value.replace(",", ""))


# Checks


def checks() -> Iterator[tuple[str, list[str]]]:
    """Each id in the code, and the fixed parts of its hint."""
    for node in ast.walk(ast.parse(text_of("liveview/checks.py"))):
        keywords = {word.arg: word.value for word in getattr(node, "keywords", ())}
        if "id" in keywords:
            yield ast.literal_eval(keywords["id"]), fixed_parts(keywords["hint"])


def fixed_parts(text: ast.expr) -> list[str]:
    return [part.value for part in ast.walk(text) if is_text(part)]  # type: ignore[attr-defined]


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_check_stands_in_the_docs() -> None:
    documented = [heading for heading in headings("checks") if heading.startswith("liveview.")]

    assert documented == sorted(check for check, _ in checks())


@pytest.mark.parametrize(("check", "hint"), [pytest.param(*one, id=one[0]) for one in checks()])
def test_a_check_is_explained_with_its_hint(check: str, hint: list[str]) -> None:
    words = section("checks", check)

    assert [part for part in hint if part.strip() not in words] == []


# Handlers


def table_of_actions(name: str) -> list[str]:
    """The names in one of the tables of frontend/actions.js, in order."""
    source = text_of("frontend/actions.js")
    table = source.partition(f"const {name} = {{\n")[2].partition("\n};")[0]
    return re.findall(r"^  (\w+)(?:\(|:)", table, re.M)


def test_the_keys_of_a_message_stand_in_the_docs_in_their_order() -> None:
    text = section("handlers", "What a handler sends")
    keys, swaps = text.split("`swap` says otherwise")

    assert [key for key, *_ in rows(keys)] == table_of_actions("actions")
    assert [swap for swap, _ in rows(swaps)] == table_of_actions("swaps")


def test_every_event_of_the_page_stands_in_the_docs() -> None:
    source = client_source()
    dispatched = set(re.findall(r'(?:dispatch|become)\(\s*"([\w:-]+)"', source))
    named = {name if name.startswith("liveview:") else f"liveview:{name}" for name in dispatched}

    assert {event for event, *_ in rows(section("handlers", "Events on the page"))} == named


def test_every_python_example_can_be_parsed() -> None:
    for page in PAGES:
        for block in blocks(page):
            if block.language == "python":
                ast.parse(block.text)


# Costs


def costs() -> list[list[str]]:
    return rows(section("state-management", "What it costs"))


def work_with(session: SessionBase, what: str) -> None:
    if what != "not touched":
        session.get("count")
    if what == "changed":
        session["count"] = 1


@pytest.mark.django_db
@pytest.mark.parametrize("column", [*enumerate(["not touched", "read", "changed"])])
@pytest.mark.parametrize("row", costs(), ids=lambda row: row[0])
def test_an_event_costs_the_queries_that_the_docs_say(
    row: list[str], column: tuple[int, str]
) -> None:
    engine, *queries = row
    number, what = column
    with override_settings(SESSION_ENGINE=f"django.contrib.sessions.backends.{engine}"):
        stored = merging_store()()
        ensure_identity(stored)
        stored.save()
        session = open_session(stored.session_key, EventMark("0" * 32, 1))
        with CaptureQueriesContext(connection) as captured:
            work_with(session, what)
            session.commit()
        assert session.lock is not None
        session.lock.release()
        stored.delete()

    assert len(captured) == int(queries[number])


# Architecture


def documented_layers(folder: str, last: str) -> list[set[str]]:
    text = section("architecture", "Layers").partition(f"In `{folder}/`:")[2].partition(last)[0]
    return [set(re.findall(r"\w+", modules)) for _, modules, _ in rows(text)]


def existing(layers: list[set[str]], names: set[str]) -> list[set[str]]:
    return [layer & names for layer in layers]


def test_the_layers_of_the_package_are_those_that_its_test_holds() -> None:
    folder = ROOT / "liveview"
    modules = {path.stem for path in folder.glob("*.py")}
    modules |= {path.parent.name for path in folder.glob("*/__init__.py")}

    documented = documented_layers("liveview", "In `frontend/`:")
    assert documented == existing([set(layer) for layer in LAYERS], modules)


def test_the_layers_of_the_client_are_those_that_its_test_holds() -> None:
    held = text_of("tests_js/imports.test.js").partition("const layers = [")[2]
    lines = re.findall(r"^  \[(.*?)\],$", held.partition("\n];")[0], re.S | re.M)
    layers = [set(re.findall(r"\w+", line)) for line in lines]
    modules = {path.stem for path in FRONTEND.glob("*.js")}

    assert documented_layers("frontend", "##") == existing(layers, modules)


def steps_of_a_click() -> list[tuple[str, str]]:
    """Each name in the way of a click, and the file that it is in."""
    page = read_page("architecture")
    return re.findall(r"^  (\S+) +((?:frontend|liveview)/\S+\.\w+)", page, re.M)


@pytest.mark.parametrize(("name", "file"), steps_of_a_click())
def test_a_step_of_a_click_is_where_the_docs_say(name: str, file: str) -> None:
    parts = re.split(r"[.#]", name)

    assert [part for part in parts if part.lower() not in text_of(file).lower()] == []


# The read-me


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", text_of("README.md"))

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_example_of_the_readme_is_that_of_the_quick_start() -> None:
    [handler] = [block for block in blocks("quick-start") if "components" in block.title]

    assert handler.text in text_of("README.md")
