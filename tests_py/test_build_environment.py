"""What build.py installs, when, and what it says when it cannot."""

import http.server
import io
import shutil
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from build_environment import DOWNLOADED_NODE, NO_NODE, ensure_node
from tests_py.checkout import Checkout, write_program

BUNDLING = "==> Bundling frontend/ with esbuild"
DOWNLOADING = f"==> Downloading Node {DOWNLOADED_NODE} into .nodeenv"
INSTALLING_NODE_PACKAGES = "==> Installing the Node packages into node_modules"
INSTALLING_PYTHON_PACKAGES = "==> Installing the Python packages for the demo into .venv"
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout.copy_to(tmp_path / "checkout")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The only folder on the PATH; a test puts into it what is to be found."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder


def node_program(version: str) -> str:
    """Return a script that is the real Node, except for its version."""
    real = shutil.which("node", path=ensure_node())
    return f'if [ "$1" = --version ]; then echo v{version}; else exec {real} "$@"; fi'


@pytest.fixture
def home_with_mirror(tmp_path: Path) -> Iterator[Path]:
    """A home folder that sends nodeenv to a server with one Node to download."""
    archive = archive_of_node(tmp_path / f"node-v{DOWNLOADED_NODE}-any")

    class Mirror(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(archive)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        threading.Thread(target=server.serve_forever).start()
        mirror = f"[nodeenv]\nmirror = http://127.0.0.1:{server.server_port}\n"
        (tmp_path / ".nodeenvrc").write_text(mirror)
        yield tmp_path
        server.shutdown()


def archive_of_node(folder: Path) -> bytes:
    write_program(folder / "bin" / "node", node_program(DOWNLOADED_NODE))
    write_program(folder / "bin" / "npm", "exit 0")
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.add(folder, folder.name)
    return content.getvalue()


def test_the_second_run_installs_nothing_and_builds_the_same(checkout: Checkout) -> None:
    assert checkout.steps() == [BUNDLING]
    first = {file.name: file.read_bytes() for file in checkout.static.iterdir()}

    assert checkout.steps() == [BUNDLING]
    assert {file.name: file.read_bytes() for file in checkout.static.iterdir()} == first


def test_node_packages_are_installed_once_per_change_of_the_lock_file(
    checkout: Checkout, programs: Path
) -> None:
    write_program(programs / "node", node_program("20.19.0"))
    write_program(programs / "npm", "exit 0")
    lock = checkout.path / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")

    assert checkout.steps(PATH=str(programs)) == [INSTALLING_NODE_PACKAGES, BUNDLING]
    assert checkout.steps(PATH=str(programs)) == [BUNDLING]


def test_python_packages_are_installed_once_per_change_of_the_project_file(
    checkout: Checkout,
) -> None:
    write_program(checkout.path / ".venv/bin/python", 'echo "python $@"')
    (checkout.path / ".venv/.created-by").write_text(sys.version)
    serving = [
        BUNDLING,
        "==> Preparing the demo's database",
        "==> Serving the demo on http://127.0.0.1:8123 (stop with Ctrl+C)",
    ]

    assert checkout.steps("demo", "--port=8123") == [INSTALLING_PYTHON_PACKAGES, *serving]
    assert checkout.steps("demo", "--port=8123") == serving

    project = checkout.path / "pyproject.toml"
    project.write_text(project.read_text() + "\n")
    assert checkout.steps("demo", "--port=8123") == [INSTALLING_PYTHON_PACKAGES, *serving]


def test_a_failed_installation_is_tried_again(checkout: Checkout) -> None:
    write_program(checkout.path / ".venv/bin/python", 'case "$3" in install) exit 1; esac')
    (checkout.path / ".venv/.created-by").write_text(sys.version)

    for _ in range(2):
        result = checkout.attempt("demo")
        assert result.returncode == 1
        assert INSTALLING_PYTHON_PACKAGES in result.stdout
        assert "pip could not install what it names above." in result.stdout


def test_without_node_one_is_downloaded_once(
    checkout: Checkout, programs: Path, home_with_mirror: Path
) -> None:
    for program in ("env", "sh"):  # what nodeenv itself asks for
        (programs / program).symlink_to(f"/usr/bin/{program}")
    environment = {"PATH": str(programs), "HOME": str(home_with_mirror), "NO_PROXY": "127.0.0.1"}

    assert checkout.steps(**environment) == [DOWNLOADING, BUNDLING]
    assert checkout.steps(**environment) == [BUNDLING]


@pytest.mark.parametrize("version", [None, "18.19.1", "20.18.3"])
def test_without_node_and_network_the_error_names_both_ways_out(
    version: str | None, checkout: Checkout, programs: Path
) -> None:
    if version:  # but too old
        write_program(programs / "node", node_program(version))
        write_program(programs / "npm", "exit 0")

    result = checkout.attempt(PATH=str(programs), **OFFLINE)

    assert result.returncode == 1
    assert result.stdout.endswith(f"\n{NO_NODE}\n")
    assert not (checkout.path / ".nodeenv").exists()


def test_an_argument_that_only_pytest_could_know_is_refused_elsewhere(checkout: Checkout) -> None:
    result = checkout.attempt("demo", "--prot=80")

    assert result.returncode == 2
    assert result.stdout.endswith("error: unknown argument: --prot=80\n")
