"""The fields of a form as a handler gets them in ``content["form"]``."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Literal, Self

import msgspec
from django.http import QueryDict

CSRF_FIELD = "csrfmiddlewaretoken"


class _Posted(msgspec.Struct):
    """What the browser would post, and the shape of each name that this cannot tell."""

    entries: list[tuple[str, str]]
    kinds: dict[str, Literal["checkbox", "list"]]


class FormData(dict[str, Any]):
    """A plain dict of the fields, for JSON and for the session, that a Django form takes as data.

    Text is ``str``; a lone checkbox is ``True`` or ``False``; ``select multiple`` and fields of
    one name are lists in order. ``getlist`` answers what the browser would have posted.
    """

    _ticked: dict[str, str]

    def __init__(self, form: Mapping[str, Any] | None = None) -> None:
        """Take the ``form`` of a message: ours, or a flat ``{name: value}`` as it is.

        Raises ``ValueError`` that says what was expected.
        """
        super().__init__()
        self._ticked = {}
        if form and "entries" in form and "kinds" in form:
            self._fill(_validated(form))
        else:
            self.update(form or {})
        self.pop(CSRF_FIELD, None)

    def _fill(self, posted: _Posted) -> None:
        values: dict[str, list[str]] = {name: [] for name in posted.kinds}
        for name, value in posted.entries:
            values.setdefault(name, []).append(value)
        for name, posted_values in values.items():
            self[name] = self._shaped(name, posted_values, posted.kinds.get(name))

    def _shaped(self, name: str, values: list[str], kind: str | None) -> str | bool | list[str]:
        if kind == "list" or len(values) > 1:
            return values
        if kind is None:
            return values[0]
        if values:
            self._ticked[name] = values[0]
        return bool(values)

    def getlist(self, name: str, default: list[Any] | None = None) -> list[Any]:
        """The values that the browser would have posted for a name, in order."""
        return self._posted_values(name, self.get(name)) or default or []

    def _posted_values(self, name: str, value: Any) -> list[Any]:
        if value is True:
            return [self._ticked.get(name, "on")]
        if value is False or value is None:
            return []
        return list(value) if isinstance(value, list | tuple) else [value]

    def as_post(self) -> QueryDict:
        """What a plain view would find in ``request.POST``.

        For a form whose widgets are not the ones on the page: a hand-written checkbox for a
        ``CharField`` posts its value, but is ``True`` here.
        """
        post = QueryDict(mutable=True)
        for name in self:
            if values := self.getlist(name):
                post.setlist(name, values)
        return post

    def copy(self) -> Self:
        return copy.copy(self)


def _validated(form: Mapping[str, Any]) -> _Posted:
    try:
        return msgspec.convert(form, _Posted)
    except msgspec.ValidationError as error:
        raise ValueError(
            "Expected a form with 'entries' [[name, value], ...] and 'kinds' "
            f"{{name: 'checkbox' or 'list'}}: {error}."
        ) from None
