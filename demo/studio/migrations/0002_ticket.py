"""A ticket for each message."""

import uuid

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def give_each_a_ticket(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """A default is computed once for all rows, so each row gets its own here."""
    messages = apps.get_model("studio", "Message").objects  # type: ignore[misc]
    for message in messages.all():
        message.ticket = uuid.uuid4()
        message.save(update_fields=["ticket"])


class Migration(migrations.Migration):
    """Add the column, fill it, then ask that no two are equal."""

    dependencies = [("studio", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="ticket",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunPython(give_each_a_ticket, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="message",
            name="ticket",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]
