"""The table of messages."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import migrations, models

KINDS = [
    ("poster", "Posters"),
    ("zine", "A zine"),
    ("card", "Cards"),
    ("workshop", "Workshop"),
]
PAPERS = [
    ("recycled", "Recycled, soft white"),
    ("natural", "Natural, uncoated"),
    ("grey", "Grey board"),
    ("own", "I bring my own"),
]


def whole_number(default: int, low: int, high: int) -> models.Field:  # type: ignore[type-arg]
    """A number between two bounds."""
    bounds = [MinValueValidator(low), MaxValueValidator(high)]
    return models.PositiveIntegerField(default=default, validators=bounds)


def colour() -> models.Field:  # type: ignore[type-arg]
    """A colour as a browser writes it."""
    shape = RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", "Choose a colour such as #ff48b0.")
    return models.CharField(default="#ff48b0", max_length=7, validators=[shape])


class Migration(migrations.Migration):
    """Create the table."""

    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(blank=True, max_length=30)),
                ("website", models.URLField(blank=True)),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("copies", whole_number(100, 10, 2000)),
                ("inks", models.JSONField(blank=True, default=list)),
                ("colour", colour()),
                ("paper", models.CharField(choices=PAPERS, default="recycled", max_length=10)),
                ("weight", whole_number(120, 80, 300)),
                ("finish", models.JSONField(blank=True, default=list)),
                ("needed_by", models.DateField(blank=True, null=True)),
                ("call_at", models.TimeField(blank=True, null=True)),
                ("urgent", models.BooleanField(default=False)),
                ("text", models.TextField(max_length=4000)),
                ("source", models.CharField(blank=True, default="contact-page", max_length=20)),
                ("sent_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ["-sent_at", "-pk"]},
        ),
    ]
