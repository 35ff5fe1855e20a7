"""S5 and S6 for plain views: what our session middleware does beside Django's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import aget_user, alogin, alogout, login
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template import engines
from django.test import AsyncClient, Client
from django.urls import path

from liveview.sessions.engines import session_engine
from liveview.sessions.event import open_session
from tests_py.sessions.stores import anew, astored, new_session, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

DJANGO = "django.contrib.sessions.middleware.SessionMiddleware"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def page(request: HttpRequest, html: str) -> HttpResponse:
    template = engines["django"].from_string("{% load liveview static %}" + html)
    return HttpResponse(template.render({}, request))


def with_tag(request: HttpRequest) -> HttpResponse:
    return page(request, "<html>{% liveview_scripts %}</html>")


def with_tag_for_cached_pages(request: HttpRequest) -> HttpResponse:
    return page(request, "<html>{% liveview_scripts session=False %}</html>")


def with_own_script(request: HttpRequest) -> HttpResponse:
    return page(
        request, "<html><script src=\"{% static 'liveview/liveview.js' %}\"></script></html>"
    )


def without_script(request: HttpRequest) -> HttpResponse:
    return page(request, "<html></html>")


def script_named_in_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"script": "liveview/liveview.min.js"})


def streamed(request: HttpRequest) -> HttpResponseBase:
    return StreamingHttpResponse(iter(["liveview/liveview.min.js"]))


async def with_tag_async(request: HttpRequest) -> HttpResponse:
    return with_tag(request)


def slow(request: HttpRequest) -> HttpResponse:
    """A handler commits between the view's look at the session and its save."""
    request.session.get("count")
    handler_adds(str(request.session.session_key))
    request.session["colour"] = "green"
    return HttpResponse()


def change_and_fail(request: HttpRequest) -> HttpResponse:
    request.session["colour"] = "green"
    raise RuntimeError("declined")


def save_and_fail(request: HttpRequest) -> HttpResponse:
    request.session["colour"] = "green"
    request.session.save()
    raise RuntimeError("declined")


def sign_in(request: HttpRequest) -> HttpResponse:
    user, _ = User.objects.get_or_create(username="ada")
    login(request, user, backend=BACKEND)
    return HttpResponse(str(transaction.get_connection().in_atomic_block))


def look_away(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nothing to do with sessions")


def gone(request: HttpRequest) -> HttpResponse:
    request.session["colour"] = "green"
    session_engine()(request.session.session_key).delete()
    return HttpResponse()


async def every_verb(request: HttpRequest) -> HttpResponse:
    session = request.session
    await session.aset("a", await session.aget("a", 0) + 1)
    await session.aupdate({"b": 2, "c": 3})
    await session.apop("c")
    await session.asetdefault("d", 4)
    await session.aset_expiry(600)
    assert await session.ahas_key("a")
    await session.asave()
    await asyncio.gather(session.aset("e", 5), session.aset("f", 6))
    return HttpResponse()


async def sign_in_async(request: HttpRequest) -> HttpResponse:
    user, _ = await User.objects.aget_or_create(username="ada")
    await alogin(request, user, backend=BACKEND)
    return HttpResponse(str(await aget_user(request)))


async def sign_out_async(request: HttpRequest) -> HttpResponse:
    await alogout(request)
    return HttpResponse()


async def cycle_async(request: HttpRequest) -> HttpResponse:
    await request.session.acycle_key()
    return HttpResponse()


async def flush_async(request: HttpRequest) -> HttpResponse:
    await request.session.aflush()
    await request.session.aset("after", 1)
    return HttpResponse()


VIEWS: list[Any] = [
    *(with_tag, with_tag_for_cached_pages, with_own_script, without_script, with_tag_async),
    *(script_named_in_json, streamed, slow, change_and_fail, save_and_fail, sign_in, look_away),
    *(gone, every_verb, sign_in_async, sign_out_async, cycle_async, flush_async),
]
urlpatterns = [path(f"{view.__name__}/", view) for view in VIEWS]


def handler_adds(session_key: str) -> None:
    session = open_session(session_key, None)
    session["count"] = session.get("count", 0) + 1
    session.commit()
    assert session.lock is not None
    session.lock.release()


def returning(session_key: str) -> Client:
    """The browser of a visitor who has a session."""
    client = Client(raise_request_exception=False)
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session_key
    return client


def cookie(client: Client | AsyncClient) -> str:
    found = client.cookies.get(django_settings.SESSION_COOKIE_NAME)
    return found.value if found else ""


@pytest.fixture
def djangos_own(settings: Any) -> None:
    settings.MIDDLEWARE = [DJANGO, *settings.MIDDLEWARE[1:]]


# S6


@pytest.mark.parametrize("url", ["with_tag", "with_own_script"])
def test_s6_a_page_with_our_script_gives_a_session_that_is_really_stored(url: str) -> None:
    client = Client()
    client.get(f"/{url}/")
    key = cookie(client)

    assert session_engine()().exists(key)
    handler_adds(key)
    client.get(f"/{url}/")
    assert cookie(client) == key
    assert stored(key) == {"count": 1}


@pytest.mark.usefixtures("djangos_own")
def test_s6_the_tag_gives_it_with_djangos_own_middleware_too() -> None:
    client = Client()
    client.get("/with_tag/")

    assert session_engine()().exists(cookie(client))


@pytest.mark.parametrize(
    "url", ["with_tag_for_cached_pages", "without_script", "script_named_in_json", "streamed"]
)
def test_s6_no_other_page_sets_a_cookie(url: str) -> None:
    client = Client()
    answer = client.get(f"/{url}/")

    assert cookie(client) == ""
    assert "Vary" not in answer.headers or "Cookie" not in answer.headers["Vary"]


@pytest.mark.parametrize("returns", [False, True])
async def test_s6_a_page_that_an_async_view_renders_gives_a_session(returns: bool) -> None:
    client = returning_async(await anew(count=1)) if returns else AsyncClient()
    answer = await client.get("/with_tag_async/")

    assert answer.status_code == 200
    assert await session_engine()().aexists(cookie(client))


def test_s6_a_cookie_that_leads_nowhere_is_replaced() -> None:
    client = returning("0123456789abcdef0123456789abcdef")
    client.get("/with_tag/")

    assert cookie(client) != "0123456789abcdef0123456789abcdef"
    assert session_engine()().exists(cookie(client))


def test_a_visitor_who_returns_costs_one_look_at_the_session(
    django_assert_num_queries: Any,
) -> None:
    client = Client()
    client.get("/with_tag/")
    with django_assert_num_queries(1):
        client.get("/with_tag/")


def test_a_view_that_leaves_the_session_alone_costs_no_query(
    django_assert_num_queries: Any,
) -> None:
    client = returning(new_session(count=1))
    with django_assert_num_queries(0):
        client.get("/look_away/")


# S5


def test_s5_a_view_that_saves_last_keeps_what_a_handler_committed() -> None:
    key = new_session(count=1)
    returning(key).get("/slow/")

    assert stored(key) == {"count": 2, "colour": "green"}


@pytest.mark.usefixtures("djangos_own")
def test_with_djangos_own_middleware_it_does_not() -> None:
    """That is what the check liveview.W001 is for."""
    key = new_session(count=1)
    returning(key).get("/slow/")

    assert stored(key) == {"count": 1, "colour": "green"}


def test_a_session_that_was_deleted_meanwhile_is_an_error_as_in_django() -> None:
    key = new_session(count=1)

    assert returning(key).get("/gone/").status_code == 400
    assert stored(key) == {}


@pytest.mark.parametrize("url", ["look_away", "slow"])
def test_save_every_request_saves_each_view(settings: Any, url: str) -> None:
    settings.SESSION_SAVE_EVERY_REQUEST = True
    key = new_session(count=1)
    answer = returning(key).get(f"/{url}/")

    assert answer.status_code == 200
    assert answer.cookies[settings.SESSION_COOKIE_NAME].value == key
    assert stored(key)["count"] == {"look_away": 1, "slow": 2}[url]


@pytest.fixture
def atomic_requests() -> Any:
    connection = transaction.get_connection()
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    yield
    connection.settings_dict["ATOMIC_REQUESTS"] = False


@pytest.mark.usefixtures("atomic_requests")
@pytest.mark.parametrize("url", ["change_and_fail", "save_and_fail"])
def test_atomic_requests_take_back_the_session_of_a_view_that_fails(url: str) -> None:
    key = new_session(count=1)

    assert returning(key).get(f"/{url}/").status_code == 500
    assert stored(key) == {"count": 1}


@pytest.mark.usefixtures("atomic_requests")
def test_login_in_an_atomic_request() -> None:
    key = new_session(count=1)
    client = returning(key)

    assert client.get("/sign_in/").content == b"True"
    assert stored(cookie(client))["count"] == 1
    assert stored(key) == {}


def test_sessions_in_cookies_go_on_as_in_django(settings: Any) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    client = Client()
    client.get("/with_tag/")
    client.get("/sign_in/")

    assert "_auth_user_id" in client.session


# Django's async session API


def returning_async(session_key: str) -> AsyncClient:
    client = AsyncClient()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session_key
    return client


@pytest.fixture
def key() -> str:
    return new_session(count=1)


async def test_every_async_verb_works_in_an_async_view(key: str) -> None:
    await returning_async(key).get("/every_verb/")
    found = await astored(key)

    assert found.pop("_session_expiry") == 600
    assert found == {"count": 1, "a": 1, "b": 2, "d": 4, "e": 5, "f": 6}


async def test_async_login_and_logout(key: str) -> None:
    client = returning_async(key)
    assert (await client.get("/sign_in_async/")).content == b"ada"
    signed_in = cookie(client)
    assert signed_in != key
    assert (await astored(signed_in))["count"] == 1
    await client.get("/sign_out_async/")

    assert await astored(key) == await astored(signed_in) == {}


async def test_async_cycle_key_and_flush(key: str) -> None:
    client = returning_async(key)
    await client.get("/cycle_async/")
    cycled = cookie(client)
    assert await astored(cycled) == {"count": 1}
    await client.get("/flush_async/")

    assert await astored(cookie(client)) == {"after": 1}
    assert await astored(cycled) == await astored(key) == {}
