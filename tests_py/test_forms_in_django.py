"""What Django's forms make of ``content["form"]``: the same as of the POST of the same page."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict

from liveview.forms import FormData

from .forms_table import Case, form_data, form_of, post_of, table

Pairs = list[tuple[str, str]]


@table
def test_a_django_form_makes_the_same_of_it_as_of_a_post(case: Case) -> None:
    form, post = form_of(case), post_of(case)
    assert cleaned(case, form) == cleaned(case, post)


def cleaned(case: Case, data: FormData | QueryDict) -> dict[str, Any]:
    form = forms.Form(data)
    for name in case["dict"]:
        form.fields[name] = DJANGO_FIELDS[case["kinds"].get(name)]()
    assert form.is_valid(), form.errors
    return form.cleaned_data


DJANGO_FIELDS: dict[str | None, Callable[[], forms.Field]] = {
    None: lambda: forms.CharField(required=False, strip=False),
    "checkbox": lambda: forms.BooleanField(required=False),
    "list": lambda: forms.Field(required=False, widget=forms.SelectMultiple),
}


# Django's widgets

CHOICES = [("1", "One"), ("2", "Two"), ("3", "Three")]


class EveryWidget(forms.Form):
    text = forms.CharField(required=False)
    number = forms.DecimalField(required=False)
    secret = forms.CharField(required=False, widget=forms.PasswordInput)
    agree = forms.BooleanField(required=False)
    known = forms.NullBooleanField(required=False)
    one = forms.TypedChoiceField(required=False, choices=CHOICES, coerce=int)
    radio = forms.ChoiceField(required=False, choices=CHOICES, widget=forms.RadioSelect)
    some = forms.MultipleChoiceField(required=False, choices=CHOICES)
    ticks = forms.TypedMultipleChoiceField(
        required=False, choices=CHOICES, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    hidden = forms.MultipleChoiceField(
        required=False, choices=CHOICES, widget=forms.MultipleHiddenInput
    )
    born = forms.DateField(required=False, widget=forms.SelectDateWidget(years=[1815]))
    start = forms.SplitDateTimeField(required=False)
    photo = forms.FileField(required=False)
    address = forms.GenericIPAddressField(required=False)
    extra = forms.JSONField(required=False)


FILLED: Pairs = [
    ("text", " Ada\r\nLovelace "),
    ("number", "3.14"),
    ("secret", "s3cret"),
    ("agree", "on"),
    ("known", "false"),
    ("one", "2"),
    ("radio", "3"),
    ("some", "1"),
    ("some", "3"),
    ("ticks", "2"),
    ("hidden", "1"),
    ("hidden", "2"),
    ("born_year", "1815"),
    ("born_month", "12"),
    ("born_day", "10"),
    ("start_0", "2026-02-28"),
    ("start_1", "13:45"),
    ("photo", "ada.png"),
    ("address", "::1"),
    ("extra", '{"a": [1]}'),
]
EMPTY: Pairs = [(name, "") for name in ("text", "number", "born_year", "start_0", "photo")]
KINDS = {"agree": "checkbox", "some": "list", "ticks": "list", "hidden": "list"}


@pytest.mark.parametrize("entries", [FILLED, EMPTY, []], ids=["filled", "empty", "nothing"])
def test_every_widget_reads_it_as_it_reads_a_post(entries: Pairs) -> None:
    form, by_post = EveryWidget(form_data(*entries, **KINDS)), EveryWidget(post(*entries))
    assert form.is_valid() == by_post.is_valid() is True
    assert form.cleaned_data == by_post.cleaned_data
    assert form.changed_data == by_post.changed_data


def post(*entries: tuple[str, str]) -> QueryDict:
    return QueryDict(urlencode(entries))


def test_errors_are_those_of_a_post() -> None:
    born = [("born_year", "1815"), ("born_month", "2"), ("born_day", "31")]
    entries = [("number", "many"), ("some", "9"), ("start_0", "x"), *born]
    form, by_post = EveryWidget(form_data(*entries, some="list")), EveryWidget(post(*entries))
    assert form.errors == by_post.errors
    assert set(form.errors) == {"number", "some", "born", "start"}


def test_a_group_of_one_checkbox_is_still_a_choice() -> None:
    form = EveryWidget(form_data(("ticks", "2"), ticks="checkbox"))
    assert form.is_valid()
    assert form.cleaned_data["ticks"] == [2]


def test_as_post_serves_widgets_that_are_not_on_the_page() -> None:
    """A hand-written checkbox or a repeated text for a plain CharField."""
    entries = [("plan", "pro"), ("tag", "a"), ("tag", "b")]
    data = form_data(*entries, plan="checkbox", tag="list")
    assert (data["plan"], data["tag"]) == (True, ["a", "b"])
    form = Plan(data.as_post())
    assert form.is_valid()
    assert form.cleaned_data == {"plan": "pro", "tag": "b"}


class Plan(forms.Form):
    plan = forms.CharField()
    tag = forms.CharField()


def test_a_prefixed_form_finds_its_fields() -> None:
    form = Plan(form_data(("home-plan", "pro"), ("home-tag", "a"), ("plan", "no")), prefix="home")
    assert form.is_valid()
    assert form.cleaned_data == {"plan": "pro", "tag": "a"}


def test_a_kept_draft_is_the_initial_of_a_form() -> None:
    page = EveryWidget(initial=json.loads(json.dumps(form_data(*FILLED, **KINDS))))
    assert 'value="3.14"' in str(page["number"])
    assert "checked" in str(page["agree"])
    assert str(page["some"]).count("selected") == 2
    assert str(page["ticks"]).count("checked") == 1


# Formsets and models

PlanFormSet = forms.formset_factory(Plan, can_delete=True, extra=0)


def test_a_formset_takes_it() -> None:
    data = form_data(
        ("form-TOTAL_FORMS", "2"),
        ("form-INITIAL_FORMS", "0"),
        ("form-0-plan", "pro"),
        ("form-0-tag", "a"),
        ("form-1-plan", "free"),
        ("form-1-tag", "b"),
        ("form-1-DELETE", "on"),
        **{"form-0-DELETE": "checkbox", "form-1-DELETE": "checkbox"},
    )
    formset = PlanFormSet(data)
    assert formset.is_valid(), formset.errors
    assert [form.cleaned_data["plan"] for form in formset.deleted_forms] == ["free"]


UserForm = forms.modelform_factory(User, fields=["username", "is_active", "is_staff", "groups"])
UserFormSet = forms.modelformset_factory(User, UserForm, extra=0)
USER_KINDS = {"is_active": "checkbox", "is_staff": "checkbox", "groups": "list"}


@pytest.mark.django_db
def test_a_model_form_saves_it() -> None:
    data = form_data(("username", "ada"), ("is_staff", "on"), **USER_KINDS)
    user = UserForm(data).save()
    assert (user.username, user.is_staff, user.is_active) == ("ada", True, False)


@pytest.mark.django_db
def test_a_model_formset_finds_its_objects() -> None:
    ada = User.objects.create(username="ada")
    data = form_data(
        ("form-TOTAL_FORMS", "1"),
        ("form-INITIAL_FORMS", "1"),
        ("form-0-id", str(ada.pk)),
        ("form-0-username", "countess"),
        **{f"form-0-{name}": kind for name, kind in USER_KINDS.items()},
    )
    UserFormSet(data).save()
    ada.refresh_from_db()
    assert (ada.username, ada.is_active) == ("countess", False)
