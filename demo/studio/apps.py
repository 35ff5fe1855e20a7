"""The demo's only app."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """The print studio."""

    name = "studio"
    default_auto_field = "django.db.models.BigAutoField"
