"""A sync asks Google for some fields alone; the stand-in sends all of them, so that they are enough is seen here."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from calendars.providers.google import mapping
from calendars.providers.google.client import EVENT_FIELDS

EVENT = {
    "id": "e",
    "status": "confirmed",
    "summary": "Intro",
    "location": "Room 1",
    "visibility": "private",
    "updated": "2027-03-01T10:00:00Z",
    "sequence": 1,
    "start": {"dateTime": "2027-03-01T10:00:00Z"},
    "end": {"date": "2027-03-02"},
    "transparency": "opaque",
    "eventType": "default",
    "attendees": [{"email": "a@x.test", "displayName": "A", "self": True, "responseStatus": "declined"}],
    "hangoutLink": "https://meet.example/x",
    "extendedProperties": {"private": {"hub": "1"}},
}


class Noting(dict[str, Any]):
    """A JSON object that notes, as paths, which of its fields somebody looks for."""

    def __init__(self, value: dict[str, Any], seen: set[str], path: str = "") -> None:
        super().__init__({name: _noting(one, seen, f"{path}{name}/") for name, one in value.items()})
        self.seen, self.path = seen, path

    def get(self, name: str, default: Any = None) -> Any:
        self.seen.add(f"{self.path}{name}")
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.seen.add(f"{self.path}{name}")
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.seen.add(f"{self.path}{name}")
        return super().__contains__(name)


def _noting(value: Any, seen: set[str], path: str) -> Any:
    if isinstance(value, dict):
        return Noting(value, seen, path)
    return [_noting(one, seen, path) for one in value] if isinstance(value, list) else value


def asked() -> set[str]:
    """The fields of an event in EVENT_FIELDS, as paths."""
    (items,) = re.findall(r"items\((.*)\)$", EVENT_FIELDS)
    found = {f"{name}/{one}" for name, inner in re.findall(r"(\w+)\(([^)]*)\)", items) for one in inner.split(",")}
    return found | set(filter(None, re.sub(r"\w+\([^)]*\)", "", items).split(",")))


def test_all_that_is_read_of_an_event_is_asked_for() -> None:
    seen: set[str] = set()
    event = mapping.event_from(Noting(EVENT, seen), dt.UTC)
    assert (event.blocks, event.private) == (False, {"hub": "1"})
    named = asked()
    whole = {path for path in seen if path.partition("/")[0] in named}
    above = {path.partition("/")[0] for path in named}
    assert seen <= named | whole | above
    assert "extendedProperties/private" in seen & named
