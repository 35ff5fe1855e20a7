"""What a checkout needs around it: Python packages in .venv, Node from the system or in .nodeenv.

A stamp beside each installation says what it was made from, so that nothing is installed twice.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
NODEENV = ROOT / ".nodeenv"

BIN = "Scripts" if os.name == "nt" else "bin"
PYTHON = str(VENV / BIN / "python")
REQUIREMENTS = "requirements-dev.txt"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

LOOPBACK = ("127.0.0.1", "::1", "localhost")

OLDEST_NODE = (20, 19)
DOWNLOADED_NODE = "22.20.0"

NO_NODE = f"""Node.js is needed to bundle frontend/, and there is none here. Two ways out:
  - install Node >= {OLDEST_NODE[0]}.{OLDEST_NODE[1]} with npm (https://nodejs.org), or
  - go online and run this again: Node {DOWNLOADED_NODE} is then downloaded into .nodeenv."""


class BuildError(Exception):
    """Raised when a step fails; the message is for the person at the terminal: what to do now."""


def say(text: str) -> None:
    """Announce one step, in one line."""
    print(f"==> {text}", flush=True)


def run(*command: str, hint: str, path: str | None = None) -> None:
    """Run a command in the checkout, looked up in `path`; raise BuildError(hint) if it fails."""
    path = path or os.environ["PATH"]
    program = shutil.which(command[0], path=path) or command[0]
    environment = os.environ | {"PATH": path}
    if subprocess.run([program, *command[1:]], cwd=ROOT, env=environment).returncode:
        raise BuildError(hint)


# The demo's address


def prepare_address(host: str, port: int) -> str:
    """Return the address as a browser writes it; raise BuildError if nothing can listen there."""
    probe_port(host, port)
    if host not in LOOPBACK:
        say("Everybody on the network can reach the demo, at the address of this machine")
        os.environ.setdefault("DEMO_HOSTS", "*")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def probe_port(host: str, port: int) -> None:
    """Listen there for a moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except (OSError, OverflowError) as error:
        raise BuildError(
            f"The demo cannot listen on port {port} of {host}. "
            f"Choose another with --port, or end what uses it.\n  {error}"
        ) from error


# Stamps


def fingerprint(*files: str) -> str:
    """Return a hash of the contents of `files`."""
    contents = b"\0".join(ROOT.joinpath(name).read_bytes() for name in files)
    return hashlib.sha256(contents).hexdigest()


def is_stamped(stamp: Path, inputs: str) -> bool:
    """Say whether what `stamp` stands for was made from these inputs."""
    return stamp.is_file() and stamp.read_text() == inputs


# Python


def ensure_venv() -> None:
    """Create .venv; anew when it was made by another version of Python."""
    stamp = VENV / ".created-by"
    if is_stamped(stamp, sys.version):
        return
    say("Creating .venv")
    hint = "No .venv could be created. On Debian and Ubuntu: apt install python3-venv."
    run(sys.executable, "-m", "venv", "--clear", str(VENV), hint=hint)
    stamp.write_text(sys.version)


def pip_install(*arguments: str) -> None:
    """Install into .venv."""
    hint = (
        "pip could not install what it names above. "
        "Check the network connection (or the proxy and index of `pip config list`) and try again."
    )
    run(PYTHON, "-m", "pip", "install", "-qq", *arguments, hint=hint)


def ensure_packages(purpose: str, *arguments: str) -> None:
    """Install the package itself, editable, and what `arguments` name, once per change of them."""
    ensure_venv()
    stamp = VENV / f".installed-for-{purpose}"
    inputs = fingerprint("pyproject.toml", REQUIREMENTS)
    if is_stamped(stamp, inputs):
        return
    say(f"Installing the Python packages for the {purpose} into .venv")
    pip_install(*arguments)
    stamp.write_text(inputs)


def ensure_browser() -> None:
    """Have playwright bring Chromium where the system has none. Without one, the browser tests
    are skipped by name, and fail in CI."""
    if any(shutil.which(browser) for browser in BROWSERS):
        return
    say("Looking for playwright's Chromium")
    hint = "No Chromium: install it with the system's packages, or go online and try again."
    try:
        run(PYTHON, "-m", "playwright", "install", "chromium", hint=hint)
    except BuildError as error:
        say(str(error))


# Node


def ensure_node() -> str:
    """Return the PATH on which `node` and `npm` are; download Node when there is none."""
    system = os.environ.get("PATH", os.defpath)
    private = f"{NODEENV / BIN}{os.pathsep}{system}"
    for path in (system, private):
        if has_node(path):
            return path
    download_node()
    if not has_node(private):
        raise BuildError(NO_NODE)
    return private


def has_node(path: str) -> bool:
    """Say whether `path` holds a Node that is recent enough, and npm with it."""
    node = shutil.which("node", path=path)
    if not node or not shutil.which("npm", path=path):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    version = re.match(r"v(\d+)\.(\d+)", answer)
    return version is not None and tuple(map(int, version.groups())) >= OLDEST_NODE


def download_node() -> None:
    """Let nodeenv put a prebuilt Node into .nodeenv."""
    say(f"Downloading Node {DOWNLOADED_NODE} into .nodeenv")
    try:
        python = python_with_nodeenv()
        shutil.rmtree(NODEENV, ignore_errors=True)
        download = ("--prebuilt", "--node", DOWNLOADED_NODE, str(NODEENV))
        run(python, "-m", "nodeenv", *download, hint=NO_NODE)
    except BuildError as error:
        shutil.rmtree(NODEENV, ignore_errors=True)
        raise BuildError(NO_NODE) from error


def python_with_nodeenv() -> str:
    """Return a Python that can import nodeenv: this one, or that of .venv."""
    if importlib.util.find_spec("nodeenv"):
        return sys.executable
    ensure_venv()
    pip_install("--constraint", REQUIREMENTS, "nodeenv")
    return PYTHON


def ensure_node_modules(path: str) -> None:
    """Install what package-lock.json names, once per change of it."""
    stamp = ROOT / "node_modules" / ".installed"
    inputs = fingerprint("package.json", "package-lock.json")
    if is_stamped(stamp, inputs):
        return
    say("Installing the Node packages into node_modules")
    hint = (
        "npm could not install what package-lock.json names. "
        "Check the network connection (or `npm config get registry`) and try again."
    )
    # No package's own install script is needed, so none may run.
    quietly = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    run("npm", "ci", *quietly, path=path, hint=hint)
    stamp.write_text(inputs)
