"""What is remembered between two syncs of a folder, as the text of a sync token.

Exchange tells of changed items, and of a series only that it changed: which of its occurrences are gone can be known by
those alone that were told before. So the token holds, beside Exchange's own state, the window that was read and the
occurrences of each series in it. Ids of one series differ in a few letters: packed, each takes some ten bytes.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from calendars.exceptions import SyncTokenExpired
from calendars.providers.protocol import Interval

FORMAT = 1
TOKEN_BYTES_MOST = 64 * 1024 * 1024


@dataclass(slots=True)
class Series:
    """The id of a series (empty while it is not known) and the ids of its occurrences in the window."""

    master: str = ""
    occurrences: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Cursor:
    """Exchange's state, the window, and the series in it by their iCalendar UID."""

    state: str
    window: Interval
    series: dict[str, Series] = field(default_factory=dict)

    def uid_of(self, master: str) -> str | None:
        """The UID of the series with this id."""
        return next((uid for uid, one in self.series.items() if one.master == master), None)

    def forget(self, master: str) -> Iterator[str]:
        """Let go of a series; the ids of its occurrences."""
        uid = self.uid_of(master)
        if uid is not None:
            yield from self.series.pop(uid).occurrences

    def text(self) -> str:
        """The token."""
        known = {uid: [one.master, *sorted(one.occurrences)] for uid, one in self.series.items() if one.occurrences}
        span = [int(edge.timestamp()) for edge in (self.window.starts_at, self.window.ends_at)]
        packed = zlib.compress(json.dumps([FORMAT, self.state, *span, known], separators=(",", ":")).encode())
        return base64.b64encode(packed).decode()


def cursor_read(token: str) -> Cursor:
    """The cursor of a token. Raises SyncTokenExpired for text that is none."""
    try:
        unpacked = zlib.decompressobj().decompress(base64.b64decode(token, validate=True), TOKEN_BYTES_MOST)
        version, state, starts, ends, known = json.loads(unpacked)
        window = Interval(dt.datetime.fromtimestamp(starts, dt.UTC), dt.datetime.fromtimestamp(ends, dt.UTC))
        series = {uid: Series(ids[0], set(ids[1:])) for uid, ids in known.items()}
    except (binascii.Error, zlib.error, ValueError, TypeError, LookupError, AttributeError) as error:
        raise SyncTokenExpired from error
    if version != FORMAT:
        raise SyncTokenExpired
    return Cursor(str(state), window, series)
