"""Programs of the system that some tests need."""

from __future__ import annotations

import os
import shutil

import pytest


def find_program(*names: str | None) -> str:
    """The first of them that exists. Without one the test is skipped by name, in CI it fails."""
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found:
        return found
    message = f"None of these programs was found: {', '.join(filter(None, names))}."
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message)
    pytest.skip(message)
