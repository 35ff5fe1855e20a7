"""The contact form: drafts while it is written, validation and saving when it is sent."""

from typing import Any

from django.template.loader import render_to_string

from liveview import liveview_handler, send
from liveview.consumers import LiveViewConsumer

from ..drafts import Draft, discard_draft, find_draft, save_draft
from ..forms import ContactForm, without_tickets
from ..models import Message

FORM_ID = "contact-form"


@liveview_handler("autosave_contact")
def autosave_contact(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    """Keep what is in the form; only the status line changes."""
    fields = without_tickets(content["form"])
    draft = save_draft(consumer.scope["session"], content["form_id"], fields)
    show_status(consumer, draft=draft)


@liveview_handler("restore_contact")
def restore_contact(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    """Fill the form again from the draft, which may come from another tab."""
    form_id = content["form_id"]
    draft = find_draft(consumer.scope["session"], form_id)
    if draft is None:
        send(consumer, {"action": "no_draft_found", "form_id": form_id})
        show_banner(consumer, note="There is no saved draft any more.")
        return
    send(
        consumer,
        {
            "action": "restore_form",
            "form_id": form_id,
            "form_data": draft.fields,
            "saved_at": draft.saved_at.isoformat(),
        },
    )
    show_banner(consumer, draft=draft, restored=True)


@liveview_handler("discard_contact")
def discard_contact(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    """Forget the draft and start with an empty form."""
    discard_draft(consumer.scope["session"], content["form_id"])
    show_fields(consumer, ContactForm())
    show_banner(consumer, note="The draft is gone. The form is empty again.")
    show_status(consumer)


@liveview_handler("submit_contact")
def submit_contact(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    """Save a valid message and clear its draft; show the errors of any other."""
    form = ContactForm(content["form"])
    message = form.find_or_save()
    if message is None:
        show_fields(consumer, form)
        send(consumer, {"scroll": "#summary"})
        return
    discard_draft(consumer.scope["session"], content["form_id"])
    show_fields(consumer, ContactForm.after(message))
    show_banner(consumer, message=message)
    show_status(consumer)
    show(consumer, "messages", sent_messages=Message.newest())
    send(consumer, {"scroll": "#banner"})


def show_fields(consumer: LiveViewConsumer, form: ContactForm) -> None:
    """Draw the fields with their values and errors."""
    show(consumer, "fields", form=form)


def show_banner(consumer: LiveViewConsumer, **context: Any) -> None:
    """Say above the form what became of the draft or the message."""
    show(consumer, "banner", form_id=FORM_ID, **context)


def show_status(consumer: LiveViewConsumer, draft: Draft | None = None) -> None:
    """Say beside the button when the draft was saved."""
    show(consumer, "status", draft=draft)


def show(consumer: LiveViewConsumer, fragment: str, **context: Any) -> None:
    """Render a fragment into the element of the same name."""
    html = render_to_string(f"studio/fragments/{fragment}.html", context)
    send(consumer, {"target": f"#{fragment}", "html": html})
