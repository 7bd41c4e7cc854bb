"""The check of answers itself: what it lets through and what it finds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.microsoft.conftest import WINDOW, Graph, guests, timed, weekly
from tests.sandbox.microsoft.csdl import CONTRACTS, faults, metadata

pytestmark = pytest.mark.skipif(not CONTRACTS, reason="CONTRACTS_DIR names no metadata")
EVENT = {"id": "1", "start": {"dateTime": "2026-03-02T09:00:00.0000000", "timeZone": "UTC"}}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"@odata.etag": "x", "subject": None}, []),
        ({"id": None}, ["$.id: null is not allowed"]),
        ({"titel": "x"}, ["$.titel: graph.event has no such property"]),
        ({"showAs": "away"}, ["$.showAs: 'away' is none of graph.freeBusyStatus"]),
        ({"isAllDay": "true"}, ["$.isAllDay: 'true' is no Edm.Boolean"]),
        ({"reminderMinutesBeforeStart": True}, ["$.reminderMinutesBeforeStart: True is no Edm.Int32"]),
        ({"createdDateTime": "2026-03-02"}, ["$.createdDateTime: '2026-03-02' is no Edm.DateTimeOffset"]),
        ({"start": {"timeZone": "UTC"}}, ["$.start.dateTime: is missing"]),
        ({"categories": "Work"}, ["$.categories: a list is expected"]),
        ({"attendees": [{"type": "maybe"}]}, ["$.attendees[0].type: 'maybe' is none of graph.attendeeType"]),
    ],
)  # fmt: skip
def test_the_check_finds_what_is_wrong(change: dict[str, Any], found: list[str]) -> None:
    assert list(faults({**EVENT, **change}, "graph.event")) == found


def test_types_have_the_properties_of_their_bases() -> None:
    assert {"id", "categories", "subject"} <= set(metadata().properties("graph.event"))
    assert set(metadata().properties("graph.attendee")) == {"emailAddress", "type", "status", "proposedNewTime"}


def test_an_event_is_told_with_every_property_that_graph_tells(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", weekly(attendees=guests("lee@example.test"), isOnlineMeeting=True))
    told = set(made) - {"@odata.context", "@odata.etag"}
    seldom = {"cancelledOccurrences", "originalStart"}
    assert set(metadata().properties("graph.event")) - told == seldom
    first = anna.call("GET", f"/me/events/{made['id']}/instances", params=WINDOW)["value"][0]
    assert set(first) - {"@odata.etag"} == told


def test_a_calendar_is_told_with_every_property(anna: Graph) -> None:
    (first, *_) = anna.call("GET", "/me/calendars")["value"]
    assert set(first) == set(metadata().properties("graph.calendar"))


def test_a_body_in_another_zone_keeps_the_shape(anna: Graph) -> None:
    anna.call("POST", "/me/events", timed(10))
    zone = {"Prefer": 'outlook.timezone="Europe/Warsaw"'}
    (event,) = anna.call("GET", "/me/calendarView", params=WINDOW, headers=zone)["value"]
    assert event["start"] == {"dateTime": "2026-03-02T10:00:00.0000000", "timeZone": "Europe/Warsaw"}
