"""How each of Django's session engines, and any engine derived from one, is read and replaced."""

from __future__ import annotations

import logging
import pickle
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from typing import Any, cast

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.cache import SessionStore as CacheEngine
from django.contrib.sessions.backends.cached_db import SessionStore as CachedDatabaseEngine
from django.contrib.sessions.backends.db import SessionStore as DatabaseEngine
from django.contrib.sessions.backends.file import SessionStore as FileEngine
from django.contrib.sessions.backends.signed_cookies import SessionStore as CookieEngine
from django.db import router
from django.utils import timezone

from liveview import conf
from liveview.sessions.marks import Data
from liveview.sessions.merging import MergingStore, Stored
from liveview.sessions.mutex import cache_mutex, file_mutex, process_mutex

logger = logging.getLogger("liveview")


class DatabaseStore(MergingStore):
    """Compare-and-swap in one statement: no lock, any number of processes, SQLite included."""

    def fetch(self) -> Stored | None:
        # From the database that is written to: a replica may not have the last commit yet (S1).
        rows = self._rows(expire_date__gt=timezone.now())
        raw = next(iter(rows.values_list("session_data", flat=True)), None)
        return None if raw is None else Stored(self.decode(raw), raw)

    def swap(self, stored: Stored, new_key: str | None) -> bool:
        row = self.create_model_instance(self._session_cache)  # type: ignore[attr-defined]
        columns = [f for f in row._meta.concrete_fields if not f.primary_key and not f.generated]
        values = {column.attname: column.pre_save(row, False) for column in columns}
        if new_key:
            values[row._meta.pk.attname] = new_key
        if not self._rows(session_data=stored.raw).update(**values):
            return False
        self._session_key = new_key or self.session_key
        self.remember(Stored(self._session_cache, row.session_data))
        return True

    def _has(self, raw: str | None) -> bool:
        return bool(self._rows().filter(session_data=raw).exists())

    def _rows(self, **conditions: Any) -> Any:
        model = self.model  # type: ignore[attr-defined]
        rows = model._base_manager.using(router.db_for_write(model))
        return rows.filter(pk=self.session_key, **conditions)


class CachedDatabaseStore(DatabaseStore):
    """The database decides; the cache serves plain views, and never keeps an older state."""

    _row: Any = None

    def load(self) -> Data:
        self._row = None
        data = self.engine.load(self)
        raw = getattr(self._row, "session_data", None)
        if raw is not None:
            self._uncache_if_old(raw)
        return data if self.session_key is None else self.remember(Stored(data, raw))

    def _get_session_from_db(self) -> Any:
        self._row = super()._get_session_from_db()  # type: ignore[misc]
        return self._row

    def swap(self, stored: Stored, new_key: str | None) -> bool:
        old_cache_key = self.cache_key  # type: ignore[attr-defined]
        if not super().swap(stored, new_key):
            return False
        try:
            self._refresh_cache(old_cache_key)
        except Exception:  # the database has it; Django's engine goes on here, too
            logger.exception("The session was saved, but not cached.")
        return True

    def _refresh_cache(self, old_cache_key: str) -> None:
        store, key = self._cache, self.cache_key  # type: ignore[attr-defined]
        store.set(key, self._session_cache, self.get_expiry_age())
        if old_cache_key != key:
            store.delete(old_cache_key)
        self._uncache_if_old(cast(Stored, self._stored).raw)

    def _uncache_if_old(self, raw: str | None) -> None:
        """What was cached last need not be what was committed last."""
        if not self._has(raw):
            self._cache.delete(self.cache_key)  # type: ignore[attr-defined]


class LockedStore(MergingStore):
    """Any engine that loads and saves: read and write under a short lock."""

    def fetch(self) -> Stored | None:
        reader = self.engine(self.session_key)
        data = reader.load()
        if reader.session_key == self.session_key:
            return Stored(data)
        if reader.session_key is not None:
            reader.delete()  # the file engine makes a new session in place of an expired one
        return None

    def swap(self, stored: Stored, new_key: str | None) -> bool:
        try:
            self.engine.save(self)
        except UpdateError:
            return False
        if new_key:
            self.engine.cycle_key(self)
        self.remember(Stored(self._session_cache))
        return True

    def exclusive(self, session_key: str) -> AbstractContextManager[None]:
        return process_mutex(session_key)


class CacheStore(LockedStore):
    """Sessions in a cache: values are pickled by the cache, not by the session's serializer."""

    def fetch(self) -> Stored | None:
        stored = super().fetch()
        if stored is None:
            # Raises in an outage, which Django's load() takes for the end of the session.
            self._cache.get(self.cache_key)  # type: ignore[attr-defined]
        return stored

    def dump(self, value: Any) -> bytes:
        return pickle.dumps(value)

    def exclusive(self, session_key: str) -> AbstractContextManager[None]:
        return cache_mutex(self._cache, session_key)  # type: ignore[attr-defined]


class FileStore(LockedStore):
    """Sessions in files."""

    def exclusive(self, session_key: str) -> AbstractContextManager[None]:
        return file_mutex(self.storage_path, session_key)  # type: ignore[attr-defined]


STORES: tuple[tuple[type[SessionBase], type[MergingStore]], ...] = (
    (CachedDatabaseEngine, CachedDatabaseStore),
    (DatabaseEngine, DatabaseStore),
    (CacheEngine, CacheStore),
    (FileEngine, FileStore),
    (SessionBase, LockedStore),
)


def session_engine() -> type[SessionBase]:
    """The project's own ``SessionStore`` (``SESSION_ENGINE``)."""
    module = import_module(conf.django_setting("SESSION_ENGINE"))
    return cast("type[SessionBase]", module.SessionStore)


def is_stored(engine: type[SessionBase]) -> bool:
    """Whether sessions are anywhere but in the visitor's cookie, which a socket cannot write."""
    return not issubclass(engine, CookieEngine)


def merging_store() -> type[SessionBase]:
    """The project's engine, merging by key where there is something to merge into."""
    engine = session_engine()
    return derive(engine, MergingStore) if is_stored(engine) else engine


@cache
def derive(engine: type[SessionBase], kind: type[MergingStore]) -> type[Any]:
    """A subclass of ``engine`` with our verbs before it, and ``kind`` before these."""
    store = next(store for base, store in STORES if issubclass(engine, base))
    bases = (store, engine) if issubclass(store, kind) else (kind, store, engine)
    return type(kind.__name__, bases, {"engine": engine})
