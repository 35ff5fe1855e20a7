"""Settings of the test application, for pytest, for mypy and for the servers under test.

A server under test gets its own directory (LIVEVIEW_TEST_DIRECTORY) and, as JSON, whatever
settings differ from the ones here (LIVEVIEW_TEST_SETTINGS).
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

DIRECTORY = Path(os.environ.get("LIVEVIEW_TEST_DIRECTORY", tempfile.gettempdir()))

SECRET_KEY = "only-for-tests"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
ROOT_URLCONF = "tests_py.project.urls"
ASGI_APPLICATION = "tests_py.project.asgi.application"
STATIC_URL = "/static/"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "liveview",
    "tests_py.project",
]

MIDDLEWARE = [
    "liveview.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# A file and not ":memory:": handlers run in threads, and each thread has its own connection.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DIRECTORY / "db.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
        "TEST": {"NAME": DIRECTORY / f"liveview-tests-{os.getpid()}.sqlite3"},
    }
}

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_FILE_PATH = str(DIRECTORY)
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

globals().update(json.loads(os.environ.get("LIVEVIEW_TEST_SETTINGS", "{}")))
