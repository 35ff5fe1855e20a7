"""The messages that visitors send to the studio."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from .choices import Ink, Kind, Paper

NUMBER_LISTED = 5


class Message(models.Model):
    """One enquiry, as it was sent with the contact form."""

    name = models.CharField(max_length=80)
    email = models.EmailField()
    phone = models.CharField(max_length=30, blank=True)
    website = models.URLField(blank=True)

    kind = models.CharField(max_length=10, choices=Kind)
    copies = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(10), MaxValueValidator(2000)]
    )
    inks = models.JSONField(default=list, blank=True)
    colour = models.CharField(
        max_length=7,
        default="#ff48b0",
        validators=[RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", "Choose a colour such as #ff48b0.")],
    )
    paper = models.CharField(max_length=10, choices=Paper, default=Paper.RECYCLED)
    weight = models.PositiveIntegerField(
        default=120, validators=[MinValueValidator(80), MaxValueValidator(300)]
    )
    finish = models.JSONField(default=list, blank=True)

    needed_by = models.DateField(null=True, blank=True)
    call_at = models.TimeField(null=True, blank=True)
    urgent = models.BooleanField(default=False)
    text = models.TextField(max_length=4000)
    source = models.CharField(max_length=20, blank=True, default="contact-page")
    sent_at = models.DateTimeField(auto_now_add=True)
    ticket = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects: ClassVar[models.Manager[Message]]

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name}: {Kind(self.kind).label}"

    @classmethod
    def newest(cls) -> models.QuerySet[Message]:
        """The messages that the contact page lists."""
        return cls.objects.all()[:NUMBER_LISTED]

    @property
    def ink_choices(self) -> list[Ink]:
        """The inks by their names, for the list of messages."""
        return [Ink(ink) for ink in self.inks]
