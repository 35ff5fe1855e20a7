from __future__ import annotations

from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder

from .models import Message

TOPICS = [("order", "An order"), ("bug", "A bug"), ("praise", "Praise")]
DAYS = [("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday")]
TONES = [("calm", "Calm"), ("urgent", "Urgent")]


def typed(input_type: str, **attrs: Any) -> forms.TextInput:
    """A text widget that is rendered with another type of input."""
    return forms.TextInput(attrs={"type": input_type, **attrs})


class ContactForm(forms.Form):
    """One field of each kind, each of which saves a draft when it is typed into."""

    name = forms.CharField(max_length=80)
    email = forms.EmailField()
    phone = forms.CharField(required=False, widget=typed("tel"))
    site = forms.CharField(required=False, widget=typed("url"))
    age = forms.IntegerField(required=False)
    day = forms.DateField(required=False, widget=typed("date"))
    hour = forms.CharField(required=False, widget=typed("time"))
    moment = forms.CharField(required=False, widget=typed("datetime-local"))
    month = forms.CharField(required=False, widget=typed("month"))
    week = forms.CharField(required=False, widget=typed("week"))
    colour = forms.CharField(required=False, initial="#000000", widget=typed("color"))
    volume = forms.CharField(required=False, initial="50", widget=typed("range"))
    topic = forms.ChoiceField(required=False, choices=TOPICS)
    days = forms.MultipleChoiceField(required=False, choices=DAYS)
    extras = forms.MultipleChoiceField(
        required=False, choices=DAYS, widget=forms.CheckboxSelectMultiple
    )
    tone = forms.ChoiceField(required=False, choices=TONES, widget=forms.RadioSelect)
    agree = forms.BooleanField(required=False)
    text = forms.CharField(widget=forms.Textarea, strip=False)

    def __init__(
        self, *args: Any, form_id: str = "contact", debounce: int = 100, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {
                "data-liveview-function": "keep_draft",
                "data-liveview-form-id": form_id,
                "data-liveview-debounce": str(debounce),
                "data-action": "input->page#run",
            }

    def save(self) -> Message:
        answers = DjangoJSONEncoder().encode(self.cleaned_data)
        name, text = self.cleaned_data["name"], self.cleaned_data["text"]
        return Message.objects.create(name=name, text=text, answers=answers)
