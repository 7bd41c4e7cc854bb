"""The time zones that people choose from: the places of the database's country table, and UTC."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from calendars.engine.hours import zone_names


@lru_cache(maxsize=1)
def zones_listed() -> tuple[str, ...]:
    """About 420 names in alphabetical order; every name of the database is understood, these are shown."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text()
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(sorted({row[2] for row in rows} & zone_names() | {"UTC"}))


@lru_cache(maxsize=1)
def zones_in_words() -> tuple[tuple[str, str], ...]:
    """(name, name without underscores) of those listed."""
    return tuple((name, name.replace("_", " ")) for name in zones_listed())


def zone_or(name: str, otherwise: str) -> str:
    """``name`` when it is a zone of the database, else ``otherwise``."""
    return name if name in zone_names() else otherwise
