"""The pages, as Django serves them. What happens on them is in liveview_components/.

They show what the session holds, so they are never cached: the browser's Back button
would bring an old state.
"""

import inspect

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from .drafts import discard_draft, find_draft
from .forms import ContactForm
from .liveview_components.contact import FORM_ID
from .liveview_components.counter import change_counter
from .models import Message

SENT_KEY = "sent_message"  # in the session, from the post to the page after it


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """What this site shows, with the visitor's own state on the cards."""
    return render(
        request,
        "studio/home.html",
        {
            "count": request.session.get("counter", 0),
            "draft": find_draft(request.session, FORM_ID),
        },
    )


@never_cache
def counter(request: HttpRequest) -> HttpResponse:
    """The counter, at the number that the session holds."""
    return render(
        request,
        "studio/counter.html",
        {
            "count": request.session.get("counter", 0),
            "source": inspect.getsource(change_counter),
        },
    )


@never_cache
def contact(request: HttpRequest) -> HttpResponse:
    """The contact form, filled in from the draft. Without JavaScript it is posted here."""
    draft = find_draft(request.session, FORM_ID)
    form = ContactForm(request.POST or None, initial=draft.fields if draft else None)
    if request.method == "POST" and (message := form.find_or_save()):
        discard_draft(request.session, FORM_ID)
        request.session[SENT_KEY] = message.pk
        return redirect(reverse("contact") + "#banner")
    context = {
        "form": form,
        "form_id": FORM_ID,
        "draft": draft,
        "message": Message.objects.filter(pk=request.session.pop(SENT_KEY, None)).first(),
        "sent_messages": Message.newest(),
    }
    return render(request, "studio/contact.html", context)
