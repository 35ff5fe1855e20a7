from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from liveview import send

from .forms import ContactForm
from .gates import Gate
from .models import Message

TRIALS = [
    "add_one",
    "change_and_fail",
    "change_and_hold",
    "hold",
    "hold_async",
    "count_in_steps",
    "echo",
]


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive")


def counter(request: HttpRequest) -> HttpResponse:
    return render(request, "project/counter.html", {"count": request.session.get("count", 0)})


def contact(request: HttpRequest, form_id: str = "contact") -> HttpResponse:
    draft = request.session.get("drafts", {}).get(form_id)
    debounce = int(request.GET.get("debounce", "100"))
    form = ContactForm(
        initial=draft["fields"] if draft and "blank" not in request.GET else None,
        form_id=form_id,
        debounce=debounce,
    )
    context = {"form": form, "form_id": form_id, "has_draft": bool(draft)}
    return render(request, "project/contact.html", context)


def board(request: HttpRequest) -> HttpResponse:
    return render(request, "project/board.html", {"fields": request.GET.dict()})


def trials(request: HttpRequest) -> HttpResponse:
    context = {"gate": request.GET.get("gate", ""), "handlers": TRIALS}
    return render(request, "project/trials.html", context)


def redraw(request: HttpRequest) -> HttpResponse:
    """Draws the board anew on every page, as an update that no page has asked for."""
    html = render_to_string("project/board_fields.html", {"fields": request.GET.dict()})
    send(None, {"target": "#board", "html": html}, broadcast=True)
    return HttpResponse("drawn")


def announce(request: HttpRequest) -> HttpResponse:
    send(None, {"target": "#news", "html": request.GET["text"]}, broadcast=True)
    return HttpResponse("announced")


def session_state(request: HttpRequest) -> HttpResponse:
    """What a view finds in the session, without Django's and our own keys."""
    return JsonResponse({k: v for k, v in request.session.items() if not k.startswith("_")})


def messages(request: HttpRequest) -> HttpResponse:
    found: list[Any] = list(
        Message.objects.filter(name=request.GET["name"]).values("name", "text", "answers")
    )
    return JsonResponse(found, safe=False)


def slow_save(request: HttpRequest) -> HttpResponse:
    """Loads the session, waits at the gate, and only then saves a key of its own."""
    seen = request.session.get("count", 0)
    Gate(settings.DIRECTORY, request.GET["gate"]).hold()
    request.session[request.GET["key"]] = request.GET["value"]
    return HttpResponse(f"count was {seen}")


def sign_in(request: HttpRequest) -> HttpResponse:
    user, _ = User.objects.get_or_create(username="ada")
    login(request, user)
    return HttpResponse("signed in")


def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse("signed out")
