"""The contact form. It has one field of every kind a browser knows."""

import datetime

from django import forms
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
