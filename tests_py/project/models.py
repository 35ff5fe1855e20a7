from django.db import models


class Message(models.Model):
    """A contact message; what is asked beside name and text is kept as it was cleaned."""

    name = models.CharField(max_length=80)
    text = models.TextField()
    answers = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
