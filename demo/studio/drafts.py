"""Drafts of forms, kept in the visitor's session under the id of the form."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

SESSION_KEY = "form_drafts"


@dataclass(frozen=True)
class Draft:
    """What a form looked like at some moment."""

    fields: dict[str, Any]
    saved_at: datetime.datetime


def find_draft(session: SessionBase, form_id: str) -> Draft | None:
    """The visitor's draft of this form, if there is one."""
    stored = session.get(SESSION_KEY, {}).get(form_id)
    if stored is None:
        return None
    return Draft(stored["fields"], datetime.datetime.fromisoformat(stored["saved_at"]))


def save_draft(session: SessionBase, form_id: str, fields: dict[str, Any]) -> Draft:
    """Keep these fields in place of the draft before."""
    draft = Draft(fields, timezone.now())
    drafts = session.get(SESSION_KEY, {})
    drafts[form_id] = {"fields": fields, "saved_at": draft.saved_at.isoformat()}
    session[SESSION_KEY] = drafts
    return draft


def discard_draft(session: SessionBase, form_id: str) -> None:
    """Forget the draft of this form. It is no error when there is none."""
    drafts = session.get(SESSION_KEY, {})
    if drafts.pop(form_id, None):
        session[SESSION_KEY] = drafts
