"""Google's shapes and ours: times, zones, what blocks, ids."""

from __future__ import annotations

import datetime as dt
import html
import re
import time
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Membership
from calendars.providers.google import mapping
from calendars.providers.google.webhooks import message_from
from calendars.providers.protocol import Attendee, EventDraft, Interval
from calendars.services.clients import calendar_client
from sandbox.testing import Control
from tests.calendars.provider_contract import soon
from tests.connections.google import ANNA, connected

WARSAW = ZoneInfo("Europe/Warsaw")
UTC = dt.UTC


def _event(**fields: Any) -> dict[str, Any]:
    at = {"start": {"dateTime": "2027-01-04T10:00:00+01:00"}, "end": {"dateTime": "2027-01-04T11:00:00+01:00"}}
    return {"id": "e", "status": "confirmed", **at, **fields}


@pytest.mark.spec("C3")
def test_a_time_with_an_offset_is_that_instant() -> None:
    found = mapping.event_from(_event(), UTC)
    assert found.interval == Interval(dt.datetime(2027, 1, 4, 9, tzinfo=UTC), dt.datetime(2027, 1, 4, 10, tzinfo=UTC))


def test_a_time_without_an_offset_is_wall_clock_time_of_its_own_zone() -> None:
    tokyo = {"timeZone": "Asia/Tokyo"}
    found = mapping.event_from(
        _event(start={"dateTime": "2027-01-04T10:00:00", **tokyo}, end={"dateTime": "2027-01-04T11:00:00", **tokyo}),
        WARSAW,
    )
    assert found.interval is not None
    assert found.interval.starts_at == dt.datetime(2027, 1, 4, 1, tzinfo=UTC)


@pytest.mark.spec("C3", "C24")
@pytest.mark.parametrize(
    ("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2027-07-05", 24)], ids=["spring", "autumn", "summer"]
)
def test_an_all_day_event_is_as_long_as_its_day_in_the_calendars_zone(day: str, hours: int) -> None:
    after = str(dt.date.fromisoformat(day) + dt.timedelta(days=1))
    interval = mapping.event_from(_event(start={"date": day}, end={"date": after}), WARSAW).interval
    assert interval is not None
    assert interval.ends_at - interval.starts_at == dt.timedelta(hours=hours)
    assert interval.starts_at.astimezone(WARSAW).time() == dt.time()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "cancelled"},
        {"end": {"dateTime": "2027-01-04T10:00:00+01:00"}},
        {"start": {}, "end": {}},
        {"transparency": "transparent"},
        {"eventType": "workingLocation"},
        {"attendees": [{"email": "me@x.test", "self": True, "responseStatus": "declined"}]},
    ],
    ids=["cancelled", "no length", "no time", "free", "working location", "declined"],
)
@pytest.mark.spec("C3")
def test_what_does_not_block(fields: dict[str, Any]) -> None:
    assert not mapping.event_from(_event(**fields), UTC).blocks


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"status": "tentative"},
        {"eventType": "outOfOffice"},
        {"eventType": "focusTime"},
        {"attendees": [{"email": "me@x.test", "self": True, "responseStatus": "needsAction"}]},
        {"attendees": [{"email": "other@x.test", "responseStatus": "declined"}, {"email": "me@x.test", "self": True}]},
    ],
    ids=["plain", "tentative", "out of office", "focus", "not answered", "another guest declined"],
)
@pytest.mark.spec("C3")
def test_what_blocks(fields: dict[str, Any]) -> None:
    assert mapping.event_from(_event(**fields), UTC).blocks


def test_the_id_is_one_that_google_takes_and_always_the_same() -> None:
    for _ in range(50):
        uid = uuid.uuid4()
        assert re.fullmatch("[a-v0-9]{5,1024}", mapping.event_id(uid))
        assert mapping.event_id(uid) == mapping.event_id(uuid.UUID(str(uid)))


def test_an_unknown_zone_is_read_as_utc() -> None:
    for name in ("Mars/Olympus", "", "../etc/passwd"):
        assert mapping.zone_from(name) is UTC


def draft_make(**fields: Any) -> EventDraft:
    """An hour in Warsaw."""
    times: dict[str, Any] = {"interval": Interval(soon(), soon() + dt.timedelta(hours=1)), "time_zone": "Europe/Warsaw"}
    return EventDraft(calendar_remote_id="c", uid=uuid.uuid4(), summary="s", **times, **fields)


def test_a_draft_asks_for_a_call_only_when_it_wants_one() -> None:
    draft = draft_make(attendees=(Attendee("a@x.test", "A"),))
    body = mapping.event_body(draft)
    assert "conferenceData" not in body
    assert body["attendees"] == [{"email": "a@x.test", "displayName": "A"}]
    assert body["start"]["timeZone"] == "Europe/Warsaw"


@pytest.mark.spec("C26")
def test_what_a_guest_typed_is_no_html_in_the_description_which_google_reads_as_html() -> None:
    words = 'Note: <a href="https://spam.example">your bank</a> & more\nhttps://acme.example/?a=1&b=2'
    draft = draft_make(description=words)
    shown = mapping.event_body(draft)["description"]
    assert "<" not in shown
    assert html.unescape(shown) == draft.description
    assert shown.endswith("& more\nhttps://acme.example/?a=1&b=2"), "the rest stays as it was typed"


@pytest.mark.spec("C21")
@pytest.mark.parametrize("last", ["Move or cancel this meeting: https://acme.example/m", "y" * 9_000, ""])
def test_a_description_that_is_longer_than_google_takes_is_shortened_before_its_last_paragraph(last: str) -> None:
    draft = draft_make(description=f"{'<x ' * 4_000}\n\n{last}")
    shown = mapping.event_body(draft)["description"]
    assert 7_990 < len(shown) <= 8_000
    assert shown.startswith("&lt;x ")
    assert shown.endswith(f"…\n\n{last}" if 0 < len(last) < 2_000 else "…")


@pytest.mark.parametrize("number", ["", "-1", "1e9", "٣", "9" * 30])
def test_a_push_with_a_strange_number_is_read_as_number_nought(number: str) -> None:
    message = message_from({"X-Goog-Channel-ID": str(uuid.uuid4()), "X-Goog-Message-Number": number})
    assert message is not None
    assert message.number == 0


@pytest.mark.django_db
@pytest.mark.spec("A12")
def test_a_token_that_ends_between_two_pages_is_renewed(member: Membership, sandbox: Control) -> None:
    """The third page is asked for ahead with a token that has just ended."""
    sandbox.google.events_bulk(calendar=ANNA, count=5300, every_minutes=10, minutes=10)
    client = calendar_client(connected(member))
    sandbox.requests_clear()
    pages = client.events(ANNA, sync_token="", window=Interval(soon(-1), soon(400)))
    count = len(next(pages).events)
    time.sleep(1)
    sandbox.google.token_expire(ANNA)
    count += sum(len(page.events) for page in pages)
    assert count == 5300
    assert sandbox.requests()["POST /google/token"] == 1
