"""Time zones as Windows names them, by CLDR's table, which exchangelib carries."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=512)
def zone_named(name: str) -> dt.tzinfo:
    """The zone of an IANA or a Windows name; UTC for one that nobody knows, as of a zone that somebody drew up."""
    for known in (name, iana_name(name)):
        try:
            return ZoneInfo(known)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return dt.UTC


@lru_cache(maxsize=512)
def iana_name(name: str) -> str:
    """The IANA name of a Windows zone; "" for one that has none."""
    from exchangelib.winzone import MS_TIMEZONE_TO_IANA_MAP  # slow to import, and few processes need it

    return str(MS_TIMEZONE_TO_IANA_MAP.get(name, ""))


@lru_cache(maxsize=512)
def windows_name(iana: str) -> str:
    """The Windows name of an IANA zone; "" for one that Windows does not know."""
    from exchangelib.winzone import IANA_TO_MS_TIMEZONE_MAP

    return str(IANA_TO_MS_TIMEZONE_MAP.get(iana, ""))
