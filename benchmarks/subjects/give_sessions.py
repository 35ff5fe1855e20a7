"""Makes the database and as many stored sessions as asked for; prints their keys."""

import json
import os
import sys

import django
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()
call_command("migrate", verbosity=0)

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402 (needs the setup)


def new_session() -> str:
    session = SessionStore()
    session["count"] = 0
    session.create()
    return str(session.session_key)


print(json.dumps([new_session() for _ in range(int(sys.argv[1]))]))
