"""What a handler gets as ``content["form"]``."""

import copy
import json
import pickle
from typing import Any

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore

from liveview.forms import FormData

from .forms_table import Case, form_data, form_of, post_of, table

# The table


@table
def test_the_dict_is_what_the_table_says(case: Case) -> None:
    assert form_of(case) == case["dict"]


@table
def test_getlist_answers_what_the_browser_posts(case: Case) -> None:
    form, post = form_of(case), post_of(case)
    assert {name: form.getlist(name) for name in form} == {
        name: post.getlist(name) for name in {*form, *post}
    }


@table
def test_as_post_is_what_a_view_would_get(case: Case) -> None:
    assert form_of(case).as_post() == post_of(case)


# Through JSON and the session

DRAFT = form_data(
    ("text", "Ada"),
    ("agree", "yes"),
    ("some", "1"),
    ("some", "3"),
    agree="checkbox",
    news="checkbox",
    some="list",
    none="list",
)
PLAIN = {"text": "Ada", "agree": True, "news": False, "some": ["1", "3"], "none": []}


def test_it_is_json() -> None:
    assert json.loads(json.dumps(DRAFT)) == PLAIN


def test_it_goes_through_the_session_as_a_plain_dict() -> None:
    kept = SessionStore().decode(SessionStore().encode({"draft": DRAFT}))["draft"]
    assert type(kept) is dict
    assert kept == PLAIN


@pytest.mark.parametrize(
    "clone",
    [FormData.copy, copy.copy, copy.deepcopy, lambda form: pickle.loads(pickle.dumps(form))],
    ids=["copy()", "copy", "deepcopy", "pickle"],
)
def test_a_copy_still_knows_what_was_posted(clone: Any) -> None:
    other = clone(DRAFT)
    assert (type(other), other) == (FormData, PLAIN)
    assert other.getlist("agree") == ["yes"]


def test_a_copy_is_another_dict() -> None:
    other = DRAFT.copy()
    other["text"] = "Bob"
    assert DRAFT["text"] == "Ada"


def test_getlist_follows_what_the_handler_changes() -> None:
    form = DRAFT.copy()
    form.update(text="Bob", agree=False, some=["2"])
    assert [form.getlist(name) for name in ("text", "agree", "some")] == [["Bob"], [], ["2"]]


def test_getlist_of_an_absent_name_is_the_default() -> None:
    assert (DRAFT.getlist("nothing"), DRAFT.getlist("nothing", ["1"])) == ([], ["1"])


def test_changing_an_answer_of_getlist_changes_nothing() -> None:
    DRAFT.getlist("some").append("9")
    assert DRAFT["some"] == ["1", "3"]


# Messages of others


def test_a_flat_form_is_taken_as_it_is() -> None:
    flat = {"name": "Ada", "agree": True, "days": ["mon"], "age": 36, "entries": "5"}
    form = FormData(flat)
    assert form == flat
    assert [form.getlist(name) for name in flat] == [["Ada"], ["on"], ["mon"], [36], ["5"]]


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_form_is_an_empty_one(nothing: dict[str, Any] | None) -> None:
    assert FormData(nothing) == {}


@pytest.mark.parametrize(
    "form",
    [
        {"csrfmiddlewaretoken": "t", "name": "Ada"},
        {"entries": [["csrfmiddlewaretoken", "t"], ["name", "Ada"]], "kinds": {}},
    ],
    ids=["flat", "ours"],
)
def test_the_csrf_token_is_not_part_of_it(form: dict[str, Any]) -> None:
    assert FormData(form) == {"name": "Ada"}


def test_several_values_of_an_unannounced_name_are_a_list() -> None:
    form = form_data(("a", "1"), ("a", "2"), ("b", "1"), ("b", "2"), b="checkbox")
    assert form == {"a": ["1", "2"], "b": ["1", "2"]}


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"entries": "ab", "kinds": {}}, "Expected `array`, got `str` - at `$.entries`"),
        ({"entries": [["a", 1]], "kinds": {}}, "Expected `str`, got `int` - at `$.entries[0][1]`"),
        (
            {"entries": [["a"]], "kinds": {}},
            "Expected `array` of length 2, got 1 - at `$.entries[0]`",
        ),
        ({"entries": ["ab"], "kinds": {}}, "Expected `array`, got `str` - at `$.entries[0]`"),
        ({"entries": [], "kinds": []}, "Expected `object`, got `array` - at `$.kinds`"),
        ({"entries": [], "kinds": {"a": "x"}}, "Invalid enum value 'x' - at `$.kinds[...]`"),
    ],
)
def test_a_malformed_form_is_refused(form: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError) as refused:
        FormData(form)
    assert str(refused.value) == (
        "Expected a form with 'entries' [[name, value], ...] and 'kinds' "
        f"{{name: 'checkbox' or 'list'}}: {problem}."
    )
