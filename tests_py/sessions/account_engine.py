"""A session engine of a project's own: another model, more columns, as Django's docs show it."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseEngine
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models


class AccountSession(AbstractBaseSession):
    account = models.IntegerField(null=True, db_index=True)
    saved_at = models.DateTimeField(auto_now=True)

    objects = BaseSessionManager["AccountSession"]()

    class Meta:
        app_label = "project"

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore


class SessionStore(DatabaseEngine):
    @classmethod
    def get_model_class(cls) -> type[AccountSession]:
        return AccountSession

    def create_model_instance(self, data: dict[str, Any]) -> AccountSession:
        row: AccountSession = super().create_model_instance(data)  # type: ignore[assignment]
        row.account = data.get("account")
        return row
