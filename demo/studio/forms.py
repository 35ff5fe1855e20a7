"""The contact form. It has one field of every kind a browser knows."""

import datetime
import uuid
from typing import Any, Self

from django import forms
from django.db import IntegrityError, transaction
from django.utils import timezone

from .choices import Finish, Ink, Kind
from .models import Message


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"


class TimeInput(forms.TimeInput):
    """The browser's own time picker."""

    input_type = "time"


class RangeInput(forms.NumberInput):
    """A slider."""

    input_type = "range"


TICKETS = {"ticket", "sent_ticket"}
OUT_OF_DATE = "This form is out of date. Reload the page and send it again."


class TicketInput(forms.HiddenInput):
    """A hidden field that no browser fills in again when the page is reloaded."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off"})


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """An enquiry to the studio."""

    error_css_class = "field--wrong"

    kind = forms.ChoiceField(
        label="What shall we print?",
        choices=Kind,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what we should print."},
    )
    inks = forms.MultipleChoiceField(
        label="Inks",
        choices=Ink,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each ink is one pass through the machine.",
    )
    finish = forms.MultipleChoiceField(
        label="Finishing",
        choices=Finish,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": len(Finish)}),
        help_text="Several are fine: hold Ctrl or Cmd.",
    )
    website = forms.URLField(
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    # One message comes of one ticket, however often it is sent. A form that is shown in the answer
    # to a message also names the ticket of that message.
    ticket = forms.UUIDField(
        initial=uuid.uuid4,
        widget=TicketInput,
        error_messages={"required": OUT_OF_DATE, "invalid": OUT_OF_DATE},
    )
    sent_ticket = forms.UUIDField(required=False, widget=TicketInput)
    agree = forms.BooleanField(
        label="Keep my details to answer this message",
        error_messages={"required": "We cannot answer without your consent."},
    )

    class Meta:
        model = Message
        fields = [  # in the order of the page, for the list of errors
            *["kind", "inks", "copies", "colour", "paper", "weight", "finish"],
            *["needed_by", "call_at", "urgent"],
            *["name", "email", "phone", "website", "text", "agree", "source"],
        ]
        labels = {
            "name": "Your name",
            "colour": "A colour to get close to",
            "weight": "Paper weight",
            "needed_by": "Needed by",
            "call_at": "Best time to call",
            "urgent": "It is urgent",
            "text": "Your message",
        }
        help_texts = {
            "copies": "10 to 2000",
            "urgent": "Adds a night shift to the bill.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TelInput(attrs={"autocomplete": "tel"}),
            "copies": forms.NumberInput(attrs={"min": 10, "max": 2000, "step": 10}),
            "colour": forms.ColorInput(),
            "weight": RangeInput(attrs={"min": 80, "max": 300, "step": 10}),
            "needed_by": DateInput(format="%Y-%m-%d"),
            "call_at": TimeInput(format="%H:%M"),
            "urgent": forms.CheckboxInput(attrs={"role": "switch"}),
            "text": forms.Textarea(attrs={"rows": 6}),
            "source": forms.HiddenInput,
        }
        error_messages = {
            "copies": {"required": "Enter a whole number, such as 100."},
            "name": {"required": "Tell us your name."},
            "email": {"required": "We need an address to answer to."},
            "text": {"required": "Write a few words about your idea."},
        }

    def clean_needed_by(self) -> datetime.date | None:
        """The studio cannot print into the past."""
        day: datetime.date | None = self.cleaned_data["needed_by"]
        if day and day < timezone.now().date():
            raise forms.ValidationError("This day is already over.")
        return day

    @classmethod
    def after(cls, message: Message) -> Self:
        """An empty form for the visitor who has just sent this message."""
        return cls(initial={"sent_ticket": message.ticket})

    def find_or_save(self) -> Message | None:
        """The message that this form is sent for, or None when it has errors.

        The second click on the button saves nothing: it comes with the ticket of the first, or,
        when the first is answered already, with the empty form of that answer.
        """
        if self.is_valid():
            return self._save_once()
        if not TICKETS.issuperset(self.changed_data):
            return None
        return Message.objects.filter(ticket=self.cleaned_data.get("sent_ticket")).first()

    def _save_once(self) -> Message:
        self.instance.ticket = self.cleaned_data["ticket"]
        try:
            with transaction.atomic():
                saved: Message = self.save()
                return saved
        except IntegrityError:
            return Message.objects.get(ticket=self.instance.ticket)


def without_tickets(fields: dict[str, Any]) -> dict[str, Any]:
    """What of a form a draft keeps. A ticket belongs to one page, a draft to every tab."""
    return {name: value for name, value in fields.items() if name not in TICKETS}
