"""The import rule: names and data <- single jobs <- effects <- the actor <- wiring; never up."""

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "liveview"
FILES = sorted(PACKAGE.rglob("*.py"))

# A module imports from the rows above its own. Only those of the last row know each other.
# What comes as an argument may be named in annotations: `if TYPE_CHECKING` is free.
LAYERS = (
    ("conf", "forms", "protocol"),  # names and data
    ("gate", "mailbox", "serial"),  # order between threads and loops
    ("decorators", "delta", "hub", "pool", "rooms"),  # single jobs
    ("sessions",),
    ("connections", "outbound", "runs", "sockets"),  # effects
    ("pages",),  # the actor
    ("consumers",),
    (  # wiring
        *("__init__", "apps", "asgi", "checks", "discovery", "middleware", "routing", "signals"),
        *("templatetags", "testing"),
    ),
)
LAYER_OF = {name: layer for layer, names in enumerate(LAYERS) for name in names}
WIRING = len(LAYERS) - 1


def module_of(file: Path) -> str:
    """Return the name in LAYERS of a file: of its outermost folder, if it is in one."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(source: str, package: str = "liveview") -> Iterator[str]:
    """Yield the name in LAYERS of all that source in `package` imports from liveview."""
    for dotted in imported_names(source, package):
        root, *names = dotted.split(".")
        if root == "liveview":
            # `from liveview import send`: an attribute, so it is the package itself
            yield names[0] if names and names[0] in LAYER_OF else "__init__"


def imported_names(source: str, package: str) -> Iterator[str]:
    """Yield the dotted name of everything that is imported when the code runs."""
    for node in executed_nodes(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def executed_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the node and all in it, without what only a type checker reads."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from executed_nodes(child)


def breaks_rule(importer: str, imported: str) -> bool:
    """Say whether an import goes up or sideways."""
    if importer == imported or LAYER_OF[importer] == WIRING:
        return False
    return LAYER_OF[imported] >= LAYER_OF[importer]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_imports_only_from_the_layers_below_it(file: Path) -> None:
    importer = module_of(file)
    assert importer in LAYER_OF, f"Give liveview/{importer}.py its layer in {__file__}."

    package = ".".join(file.relative_to(PACKAGE.parent).parts[:-1])
    imports = set(imported_modules(file.read_text(), package))

    assert sorted(name for name in imports if breaks_rule(importer, name)) == []


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import liveview.pages", ["pages"]),
        ("from liveview import send", ["__init__"]),
        ("from liveview import hub", ["hub"]),
        ("from . import hub, pages", ["hub", "pages"]),
        ("from .delta import cut", ["delta"]),
        ("def late():\n    from liveview.consumers import LiveViewConsumer", ["consumers"]),
        ("import django, channels.layers", []),
        ("if TYPE_CHECKING:\n    from liveview.consumers import LiveViewConsumer", []),
    ],
)
def test_every_way_to_write_an_import_is_seen(source: str, modules: list[str]) -> None:
    assert list(imported_modules(source)) == modules


def test_an_import_inside_a_folder_is_no_import_of_another_module() -> None:
    assert list(imported_modules("from .engines import derive", "liveview.sessions")) == [
        "sessions"
    ]
    assert list(imported_modules("from .. import conf", "liveview.sessions")) == ["conf"]


def test_up_and_sideways_are_against_the_rule() -> None:
    assert breaks_rule("hub", "pages")
    assert breaks_rule("hub", "rooms")
    assert not breaks_rule("pages", "hub")
    assert not breaks_rule("sessions", "sessions")
    assert not breaks_rule("asgi", "routing")
