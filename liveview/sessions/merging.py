"""A session store whose ``save()`` writes the changed keys and nothing else (S5)."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import SessionBase, UpdateError

from liveview.sessions.marks import RESERVED_KEY, Data, EventMark, merge_reserved

logger = logging.getLogger("liveview")

DELETED: Final = object()


class Commit(Enum):
    """How a commit ended."""

    SAVED = "written"
    REPEATED = "the event had been applied before"
    ENDED = "the session is gone"


@dataclass(frozen=True, slots=True)
class Stored:
    """A session as the store has it. ``raw`` is there where it can be compared and swapped."""

    data: Data
    raw: str | None = None


class MergingStore(SessionBase):
    """Stands before an engine's own ``SessionStore``; ``engines.py`` fills in the three verbs
    ``fetch``, ``swap`` and ``exclusive``."""

    engine: ClassVar[type[SessionBase]]
    # Called with each key that this session leaves behind: by login, logout or flush.
    on_left: Callable[[str], None] | None = None

    if TYPE_CHECKING:  # Django's own, which its stubs leave out
        _session: Data
        _session_cache: Data

        def _get_new_session_key(self) -> str: ...

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._stored: Stored | None = None
        self._loaded: dict[str, bytes] = {}

    @abstractmethod
    def fetch(self) -> Stored | None:
        """The session as stored now, or ``None`` when it is gone."""

    @abstractmethod
    def swap(self, stored: Stored, new_key: str | None) -> bool:
        """Replace ``stored`` with this session's data, under ``new_key`` if there is one.

        ``False`` when the store holds something else by now.
        """

    def exclusive(self, session_key: str) -> AbstractContextManager[None]:
        """Keeps other writers out between ``fetch`` and ``swap``, where ``swap`` cannot tell."""
        return nullcontext()

    def dump(self, value: Any) -> bytes:
        """A value as bytes, to see whether it was changed, at whatever depth."""
        return cast(bytes, self.serializer().dumps(value))

    @property
    def key_salt(self) -> str:
        # Django derives the salt from the name of the class: under ours nothing could be read.
        if self.engine.key_salt is not SessionBase.key_salt:
            return super().key_salt
        return f"django.contrib.sessions.{self.engine.__qualname__}"

    def load(self) -> Data:
        stored = self.fetch()
        if stored is None:
            self._session_key = None  # as Django does with a key that leads nowhere
            return {}
        return self.remember(stored)

    async def aload(self) -> Data:
        return await sync_to_async(self.load)()

    def save(self, must_create: bool = False) -> None:
        """Write the changed keys. Raises ``UpdateError`` when the session is gone."""
        if must_create or self.session_key is None:
            self.engine.save(self, must_create)
            self.remember(Stored(self._session))
        elif self.merge(None) is Commit.ENDED:
            raise UpdateError

    async def asave(self, must_create: bool = False) -> None:
        await sync_to_async(self.save)(must_create)

    def flush(self) -> None:
        """Delete the session and its data; what comes after is another session."""
        self.clear()
        if self.session_key is not None:
            self._leave_key()
            self.delete_stored(self.session_key)
            self._session_key = None

    def delete_stored(self, session_key: str) -> None:
        """Delete a stored session, not between another's look at it and its write (S7)."""
        with self.exclusive(session_key):
            self.engine.delete(self, session_key)

    async def aflush(self) -> None:
        await sync_to_async(self.flush)()

    def cycle_key(self) -> None:
        """A new key for the same session. What others have committed meanwhile moves along."""
        self._session  # noqa: B018 (loads)
        self._leave_key()
        if self.session_key is None:
            self.create()
        elif self.merge(None, self._get_new_session_key()) is Commit.ENDED:
            self._session_key = None
            self.create()
        self.modified = True

    async def acycle_key(self) -> None:
        await sync_to_async(self.cycle_key)()

    def changes(self) -> Data:
        """The changed top-level keys with their values; ``DELETED`` for those that are gone.

        Raises ``TypeError`` that names the key whose value cannot be stored.
        """
        data = getattr(self, "_session_cache", {})
        changed = {
            key: value
            for key, value in data.items()
            if key != RESERVED_KEY and self._dump_key(key, value) != self._loaded.get(key)
        }
        deleted = self._loaded.keys() - data.keys() - {RESERVED_KEY}
        return changed | dict.fromkeys(deleted, DELETED)

    def merge(self, mark: EventMark | None, new_key: str | None = None) -> Commit:
        """Commit the changes, and the event that made them, into what is stored by now."""
        if self._stored is None:  # clear(), and SESSION_SAVE_EVERY_REQUEST, do without loading
            self.__dict__.setdefault("_session_cache", self.load())
        if self.session_key is None:
            return Commit.ENDED
        changes = self.changes()
        with self.exclusive(self.session_key):
            stored = self._stored if self._stored and self._stored.raw else self.fetch()
            while stored is not None:
                if mark and mark.is_in(stored.data):
                    return Commit.REPEATED
                self._take_over(stored, changes)
                if mark:
                    mark.write_to(self._session_cache)
                if self.swap(stored, new_key):
                    return Commit.SAVED
                stored = self.fetch() if stored.raw else None  # nobody overtakes who has the lock
        return Commit.ENDED

    def remember(self, stored: Stored) -> Data:
        """From here on, changes are counted against ``stored``. Returns a copy of its data."""
        self._stored = Stored(dict(stored.data), stored.raw)
        self._loaded = {key: self.dump(value) for key, value in stored.data.items()}
        return dict(stored.data)

    def _leave_key(self) -> None:
        if self.session_key is not None and self.on_left is not None:
            self.on_left(self.session_key)

    def _take_over(self, stored: Stored, changes: Data) -> None:
        """Bring what others committed into this session, beside its own changes."""
        data = self._session_cache
        if stored is not self._stored:
            self._log_conflicts(stored.data, changes)
            for key in data.keys() - stored.data.keys() - changes.keys() - {RESERVED_KEY}:
                del data[key]
            for key, value in stored.data.items():
                # The handler may hold a value of its own: it stays, where it says the same.
                if key not in changes and self._is_news(key, value):
                    data[key] = value
        merge_reserved(stored.data, data)

    def _is_news(self, key: str, value: Any) -> bool:
        data = self._session_cache
        return key not in data or self.dump(value) != self.dump(data[key])

    def _log_conflicts(self, stored: Data, changes: Data) -> None:
        for key in changes:
            now = self.dump(stored[key]) if key in stored else None
            if now != self._loaded.get(key):
                logger.warning(
                    "session[%r] was changed by somebody else since it was read, and is now"
                    " overwritten. LIVEVIEW['SESSION_LOCK'] keeps handlers of other processes out.",
                    key,
                )

    def _dump_key(self, key: str, value: Any) -> bytes:
        try:
            return self.dump(value)
        except Exception as error:  # serializers differ in what they raise
            raise TypeError(f"session[{key!r}] cannot be stored: {error}") from error
