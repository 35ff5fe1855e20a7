"""The virtual environments that the subjects run in: one each, kept in ``.environments``."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / "benchmarks" / ".environments"
CONSTRAINTS = ROOT / "requirements-dev.txt"  # the same Django, Channels and servers for all
SERVERS = ("daphne", "uvicorn", "websockets")

PACKAGES = {
    "channels": ("channels",),
    "ours": ("--editable", str(ROOT)),
    "reference": ("django-liveview==2.5.0",),
}


def python_of(environment: str) -> Path:
    """The interpreter of an environment, which is made first where it is missing or outdated."""
    directory = ENVIRONMENTS / environment
    python = directory / "bin" / "python"
    arguments = (*PACKAGES[environment], *SERVERS)
    stamp = directory / ".installed"
    wanted = _fingerprint(arguments)
    if not stamp.is_file() or stamp.read_text() != wanted:
        print(f"==> Installing {' '.join(arguments)}", flush=True)
        venv.create(directory, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-qq", "-c", str(CONSTRAINTS), *arguments]
        subprocess.run(install, check=True, cwd=ROOT)
        stamp.write_text(wanted)
    return python


def _fingerprint(arguments: tuple[str, ...]) -> str:
    inputs = repr((sys.version, arguments)).encode() + CONSTRAINTS.read_bytes()
    if str(ROOT) in arguments:
        inputs += (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(inputs).hexdigest()
