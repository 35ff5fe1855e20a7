from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.template.loader import render_to_string

from liveview import liveview_handler, send
from liveview.consumers import LiveViewConsumer

from ..forms import ContactForm


@liveview_handler("keep_draft")
def keep_draft(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    session = consumer.scope["session"]
    saved_at = datetime.now(UTC).isoformat()
    drafts = session.setdefault("drafts", {})
    drafts[content["form_id"]] = {"fields": content["form"], "saved_at": saved_at}
    session["saves"] = session.get("saves", 0) + 1
    send(consumer, {"target": "#draft-status", "html": f"<i>Kept {session['saves']}</i>"})


@liveview_handler("bring_back_draft")
def bring_back_draft(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    form_id = content["form_id"]
    draft = consumer.scope["session"].get("drafts", {}).get(form_id)
    if draft is None:
        send(consumer, {"action": "no_draft_found", "form_id": form_id})
        return
    answer = {"form_data": draft["fields"], "saved_at": draft["saved_at"]}
    send(consumer, {"action": "restore_form", "form_id": form_id, **answer})


@liveview_handler("drop_draft")
def drop_draft(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    forget(consumer, content["form_id"])
    send(consumer, {"target": "#draft-status", "html": "<i>Dropped</i>"})


@liveview_handler("send_message")
def send_message(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    form_id = content["form_id"]
    form = ContactForm(content["form"], form_id=form_id)
    if not form.is_valid():
        html = render_to_string("project/contact_form.html", {"form": form, "form_id": form_id})
        send(consumer, {"target": "#contact-box", "html": html})
        return
    form.save()
    forget(consumer, form_id)
    send(consumer, {"target": "#contact-box", "html": "<p id='thanks'>Thank you!</p>"})


def forget(consumer: LiveViewConsumer, form_id: str) -> None:
    consumer.scope["session"].get("drafts", {}).pop(form_id, None)
