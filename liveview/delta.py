"""What changed between two renders of one target: common start, common end, the rest (R4).

Offsets count UTF-16 units, as the browser's strings do. ``spec/delta.json`` holds both sides to
the same results.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

Delta = tuple[int, int, str]

OVERHEAD = 40  # what a delta must save at least to be worth it, in characters


def make_delta(old: str, new: str) -> Delta:
    """``(prefix, suffix, middle)``: new is old[:prefix] + middle + the last ``suffix`` of old."""
    shorter = min(len(old), len(new))
    prefix = _longest(shorter, lambda length: old[:length] == new[:length])
    suffix = _longest(shorter - prefix, lambda n: old[len(old) - n :] == new[len(new) - n :])
    middle = new[prefix : len(new) - suffix]
    return _units(old[:prefix]), _units(old[len(old) - suffix :]), middle


class DeltaMemory:
    """The newest HTML of each target on one connection, as the page remembers it, too.

    A target whose HTML went out without being known here (a broadcast) keeps its place with
    ``None``: both sides must forget the same target at the same time.
    """

    def __init__(self, targets: int) -> None:
        self._targets = targets
        self._html: OrderedDict[str, str | None] = OrderedDict()

    def replace(self, target: str, html: str | None) -> Delta | None:
        """Remember ``html``. Returns the delta to send in its place, if that is shorter."""
        old = self._html.pop(target, None)
        self._html[target] = html
        if len(self._html) > self._targets:
            self._html.popitem(last=False)
        if old is None or html is None or len(html) <= OVERHEAD:
            return None
        delta = make_delta(old, html)
        return delta if len(delta[2]) + OVERHEAD < len(html) else None


def _longest(most: int, is_equal: Callable[[int], bool]) -> int:
    """By halving: comparing slices costs far less than comparing characters in Python."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_equal(middle) else (low, middle - 1)
    return low


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
