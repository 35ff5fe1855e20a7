"""The cases of spec/forms.json, as a handler gets them and as Django reads their POST."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from liveview.forms import FormData

Case = dict[str, Any]

SPEC = Path(__file__).parents[1] / "spec" / "forms.json"
CASES: list[Case] = json.loads(SPEC.read_text())["cases"]
table = pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))


def form_data(*entries: tuple[str, str], **kinds: str) -> FormData:
    return FormData({"entries": [list(entry) for entry in entries], "kinds": kinds})


def form_of(case: Case) -> FormData:
    return FormData({"entries": case["entries"], "kinds": case["kinds"]})


def post_of(case: Case) -> QueryDict:
    """What Django reads from the body that the browser posts."""
    return QueryDict(urlencode([tuple(entry) for entry in case["entries"]]))
