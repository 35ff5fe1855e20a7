"""Reads the pages in docs/, their code blocks, tables and sections, and what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

FENCE = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.S | re.M
)


@dataclass(frozen=True)
class Block:
    """A fenced block; the title is what stands above it, such as the name of a file."""

    language: str
    title: str
    text: str


def text_of(path: str) -> str:
    """A file of the checkout."""
    return (ROOT / path).read_text()


def client_source() -> str:
    """All modules of the client."""
    return "".join(path.read_text() for path in (ROOT / "frontend").glob("*.js"))


def read_page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text()


def blocks(name: str) -> Iterator[Block]:
    """Every code block of a page, from top to bottom."""
    for match in FENCE.finditer(read_page(name)):
        yield Block(match["language"], match["title"] or "", match["text"])


def section(name: str, heading: str) -> str:
    """What stands below a heading, up to the next one of any level, without the code blocks."""
    page = without_code(name)
    match = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page, re.S | re.M)
    assert match, f"docs/{name}.md has no heading {heading!r}."
    return match[1]


def headings(name: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", without_code(name), re.M)


def without_code(name: str) -> str:
    return FENCE.sub("", read_page(name))


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without their heads; backticks are taken off."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {index - 1 for index, line in enumerate(lines) if is_rule(line)}
    return [
        cells(line) for index, line in enumerate(lines) if index not in heads and not is_rule(line)
    ]


def is_rule(line: str) -> bool:
    return set(line) <= set("|-: ")


def cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
