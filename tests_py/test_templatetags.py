"""``{% load liveview %}``"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.template import Context, Template
from django.test import RequestFactory
from pytest_django import Settings

from liveview.rooms import open_room


def render(template: str, **context: Any) -> str:
    return Template("{% load liveview %}" + template).render(Context(context))


def test_a_room_of_ones_own_is_another_one_each_time() -> None:
    rooms = render("{% liveview_room_uuid %} {% liveview_room_uuid %}").split()

    assert all(re.fullmatch("[0-9a-f]{32}", room) for room in rooms)
    assert rooms[0] != rooms[1]


def test_a_shared_room_is_signed() -> None:
    assert open_room(render('{% liveview_room "chat-42" %}')) == "chat-42"
    assert open_room(render("{% liveview_room pk %}", pk=42)) == "42"


def test_the_script_is_deferred_and_knows_where_the_socket_is() -> None:
    assert render("{% liveview_scripts %}") == (
        '<script src="/static/liveview/liveview.min.js" data-liveview-path="/ws/liveview/" defer>'
        "</script>"
    )


def test_the_path_of_the_socket_may_be_another_one_and_is_escaped() -> None:
    html = render("{% liveview_scripts path=path %}", path='/own/"x"/')

    assert 'data-liveview-path="/own/&quot;x&quot;/"' in html


def test_the_script_is_the_one_that_the_static_storage_names(settings: Settings) -> None:
    settings.STATIC_URL = "https://cdn.example/"

    assert 'src="https://cdn.example/liveview/liveview.min.js"' in render("{% liveview_scripts %}")


def test_the_nonce_of_django_csp_and_of_django_itself() -> None:
    request = RequestFactory().get("/")
    request.csp_nonce = "abc"  # type: ignore[attr-defined]

    assert ' nonce="abc" ' in render("{% liveview_scripts %}", request=request)
    assert ' nonce="def" ' in render("{% liveview_scripts %}", csp_nonce="def")
    assert "nonce" not in render("{% liveview_scripts %}", request=RequestFactory().get("/"))


@pytest.mark.parametrize(
    ("tag", "is_started"),
    [("{% liveview_scripts %}", True), ("{% liveview_scripts session=False %}", False)],
)
def test_the_script_starts_a_session_unless_it_is_told_not_to(tag: str, is_started: bool) -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    render(tag, request=request)

    assert request.session.modified is is_started
    assert request.session.is_empty() is not is_started
