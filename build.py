"""Everything that is done to a checkout.

    python build.py            bundle frontend/ into liveview/static/ (--watch: at every change)
    python build.py demo       serve the demo (--host, --port)
    python build.py test       run every check and every test (further arguments go to pytest)

It is hatchling's build hook too, and lets `python -m build` through to the package that it hides.
"""

import argparse
import importlib.util
import os
import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # hatchling loads this file by its path

from build_environment import (  # noqa: E402
    PYTHON,
    REQUIREMENTS,
    BuildError,
    ensure_browser,
    ensure_node,
    ensure_node_modules,
    ensure_packages,
    prepare_address,
    run,
    say,
)

if TYPE_CHECKING:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Each check, in this order, and what to do when it fails.
CHECKS = {
    "ruff check .": "`ruff check --fix` corrects most of it.",
    "ruff format --check .": "`ruff format` does it.",
    "mypy": "correct the lines named above.",
    "npm run --silent lint": "`npx eslint --fix .` corrects some of it.",
    "npm run --silent test": "`npm run test:watch` runs them again while you work.",
    "mkdocs build --strict --quiet": "correct the pages named above.",
    "pytest": "`python build.py test -k <name>` runs those whose name contains <name>.",
}


def main() -> None:
    """Run the command that the arguments name."""
    options, pytest_arguments = parse(sys.argv[1:])
    try:
        if options.command == "demo":
            serve_demo(options.host.strip("[]"), options.port)
        elif options.command == "test":
            test(*pytest_arguments)
        else:
            bundle(*(["--watch"] if options.watch else []))
    except BuildError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options, and what is left over for pytest."""
    parser = argparse.ArgumentParser(
        description="Without a command: bundle frontend/. test passes arguments on to pytest.",
        allow_abbrev=False,
    )
    parser.add_argument("command", nargs="?", choices=("demo", "test"))
    parser.add_argument("--watch", action="store_true", help="bundle again at every change")
    parser.add_argument("--host", default="127.0.0.1", help="of the demo (%(default)s)")
    parser.add_argument("--port", default=8000, type=int, help="of the demo (%(default)s)")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "test":
        parser.error(f"unknown argument: {rest[0]}")
    return options, rest


def bundle(*flags: str) -> str:
    """Build the client scripts; return the PATH on which Node is."""
    path = ensure_node()
    ensure_node_modules(path)
    say("Bundling frontend/ with esbuild")
    hint = "Correct what esbuild names above and try again."
    run("node", "frontend/build.mjs", *flags, path=path, hint=hint)
    return path


def serve_demo(host: str, port: int) -> None:
    """Install, bundle, migrate; then become the demo's development server."""
    address = prepare_address(host, port)
    ensure_packages("demo", "--constraint", REQUIREMENTS, "--editable", ".[daphne]")
    bundle()
    manage = (PYTHON, "demo/manage.py")
    say("Preparing the demo's database")
    run(*manage, "migrate", "--verbosity=0", hint="The demo's migrations failed, see above.")
    say(f"Serving the demo on http://{address} (stop with Ctrl+C)")
    os.chdir(ROOT)
    os.execv(PYTHON, [*manage, "runserver", address])


def test(*pytest_arguments: str) -> None:
    """Run every check, also after one has failed; fail at the end."""
    ensure_packages("tests", "--requirement", REQUIREMENTS, "--editable", ".")
    ensure_browser()
    path = os.pathsep.join([str(Path(PYTHON).parent), bundle()])
    extra = {"pytest": pytest_arguments}
    failures = [failure(check, *extra.get(check, ()), path=path) for check in CHECKS]
    if any(failures):
        raise BuildError("\n".join(["Failed:", *filter(None, failures)]))


def failure(command: str, *arguments: str, path: str) -> str | None:
    """Run one of CHECKS; return what to do if it fails."""
    say(command)
    try:
        run(*command.split(), *arguments, path=path, hint=f"  {command}: {CHECKS[command]}")
    except BuildError as error:
        return str(error)
    return None


def get_build_hook() -> "type[BuildHookInterface[Any]]":
    """Return the hook that bundles before hatchling collects the files."""
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class BundleHook(BuildHookInterface[Any]):
        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            # An sdist (known by its PKG-INFO) brings the bundle along: no Node needed there.
            if not (ROOT / "PKG-INFO").is_file():
                bundle()

    return BundleHook


def hand_over_to_pypa_build() -> None:
    """Run the package that `python -m build` means."""
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != ROOT]
    if importlib.util.find_spec("build") is None:
        sys.exit("python -m build needs the package of that name: pip install build")
    runpy.run_module("build", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    if __spec__ is None:
        main()
    else:  # started by `python -m build`
        hand_over_to_pypa_build()
