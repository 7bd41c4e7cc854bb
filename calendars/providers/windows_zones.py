"""Time zones as Windows names them, by CLDR's table, which tzlocal carries."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import tz_win, win_tz


@lru_cache(maxsize=512)
def zone_named(name: str) -> dt.tzinfo:
    """The zone of an IANA or a Windows name; UTC for one that nobody knows, as of a zone that somebody drew up."""
    try:
        return ZoneInfo(win_tz.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return dt.UTC


def windows_name(iana: str) -> str:
    """The Windows name of an IANA zone; "" for one that Windows does not know."""
    return tz_win.get(iana, "")
