"""A copy of the checkout to build in, so that no test touches what the developer works in."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from build_environment import ensure_node, ensure_node_modules, fingerprint

Result = subprocess.CompletedProcess[str]

ROOT = Path(__file__).resolve().parent.parent
COPIED = (
    "liveview",
    "frontend",
    "build.py",
    "build_environment.py",
    "pyproject.toml",
    "requirements-dev.txt",
    "package.json",
    "package-lock.json",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    ".gitignore",
)


def attempt(*command: str | Path, cwd: Path, **environment: str) -> Result:
    """Run a command; its two outputs come back as one."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command that must succeed; return what it printed."""
    result = attempt(*command, cwd=cwd, **environment)
    assert result.returncode == 0, result.stdout
    return result.stdout


def write_program(path: Path, text: str) -> None:
    """Write a shell script that stands in for a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@dataclass(frozen=True)
class Checkout:
    """A copy with nothing built in it, and with the Node packages of the original."""

    path: Path

    @classmethod
    def copy_to(cls, path: Path) -> "Checkout":
        ensure_node_modules(ensure_node())
        path.mkdir()
        for name in COPIED:
            cls._copy(ROOT / name, path / name)
        packages = path / "node_modules"
        packages.mkdir()
        for package in (ROOT / "node_modules").iterdir():
            (packages / package.name).symlink_to(package)
        # Its own stamp: written to through a link, it would be the original's.
        (packages / ".installed").unlink()
        (packages / ".installed").write_text(fingerprint("package.json", "package-lock.json"))
        return cls(path)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        if source.is_dir():
            ignored = shutil.ignore_patterns("static", "__pycache__")
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)

    @property
    def static(self) -> Path:
        return self.path / "liveview" / "static" / "liveview"

    def attempt(self, *arguments: str, **environment: str) -> Result:
        """Run build.py."""
        return attempt(sys.executable, "build.py", *arguments, cwd=self.path, **environment)

    def steps(self, *arguments: str, **environment: str) -> list[str]:
        """Run build.py, which must succeed; return the steps that it announces."""
        result = self.attempt(*arguments, **environment)
        assert result.returncode == 0, result.stdout
        return [line for line in result.stdout.splitlines() if line.startswith("==>")]
