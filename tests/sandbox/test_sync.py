"""Lists: pages, sync tokens, windows, occurrences of series."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.testing import SandboxServer
from tests.sandbox.conftest import ANNA, listed, refusal, timed

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"


def insert(service: Any, **event: Any) -> dict[str, Any]:
    made: dict[str, Any] = service.events().insert(calendarId="primary", body=timed(10, **event)).execute()
    return made


def starts(items: list[dict[str, Any]]) -> list[str]:
    return [item["start"].get("dateTime", item["start"].get("date")) for item in items]


def test_pages_hold_every_event_once_while_events_change(sandbox: SandboxServer, anna: Any) -> None:
    sandbox.control.google.events_bulk(calendar=ANNA, count=25)
    first = anna.events().list(calendarId="primary", maxResults=10).execute()
    moved = first["items"][3]["id"]
    late = sandbox.control.google.events(ANNA)[20]["id"]
    for event_id in (moved, late):
        sandbox.control.google.event_update(calendar=ANNA, id=event_id, summary="Changed")
    seen, page = list(first["items"]), first
    while "nextPageToken" in page:
        page = anna.events().list(calendarId="primary", maxResults=10, pageToken=page["nextPageToken"]).execute()
        seen += page["items"]
    changes, _ = listed(anna, syncToken=page["nextSyncToken"])
    assert {item["id"] for item in changes} == {moved, late}
    assert len({item["id"] for item in seen} | {item["id"] for item in changes}) == 25
    assert len(seen) == len({item["id"] for item in seen})


def test_an_incremental_list_tells_what_was_made_changed_and_deleted(sandbox: SandboxServer, anna: Any) -> None:
    kept, gone = insert(anna), insert(anna)
    _, token = listed(anna)
    assert listed(anna, syncToken=token)[0] == []
    sandbox.control.google.event_delete(calendar=ANNA, id=gone["id"])
    sandbox.control.google.event_move(calendar=ANNA, id=kept["id"], start="2026-03-02T15:00:00Z")
    made = insert(anna)
    changes, after = listed(anna, syncToken=token)
    assert [(item["id"], item["status"]) for item in changes] == [
        (gone["id"], "cancelled"),
        (kept["id"], "confirmed"),
        (made["id"], "confirmed"),
    ]
    assert listed(anna, syncToken=after)[0] == []


@pytest.mark.parametrize(
    "extra",
    [
        {"timeMin": "2026-01-01T00:00:00Z"},
        {"timeMax": "2026-01-01T00:00:00Z"},
        {"q": "x"},
        {"orderBy": "updated"},
        {"updatedMin": "2026-01-01T00:00:00Z"},
        {"iCalUID": "x"},
        {"showDeleted": False},
    ],
)
def test_a_sync_token_beside_other_filters_is_refused(anna: Any, extra: dict[str, Any]) -> None:
    _, token = listed(anna)
    assert refusal(anna.events().list(calendarId="primary", syncToken=token, **extra)) == (400, "badRequest")


def test_an_expired_sync_token_asks_for_a_full_sync(sandbox: SandboxServer, anna: Any) -> None:
    _, token = listed(anna)
    sandbox.control.google.expire_sync_token(ANNA)
    assert refusal(anna.events().list(calendarId="primary", syncToken=token)) == (410, "fullSyncRequired")
    _, token = listed(anna)
    assert listed(anna, syncToken=token)[0] == []


@pytest.mark.parametrize("name", ["syncToken", "pageToken"])
def test_a_token_that_was_never_given_is_refused(anna: Any, name: str) -> None:
    assert refusal(anna.events().list(calendarId="primary", **{name: "nonsense"})) == (400, "invalid")


def test_a_window_bounds_the_list(anna: Any) -> None:
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        anna.events().insert(calendarId="primary", body=timed(10, day=day)).execute()
    window = {"timeMin": "2026-03-02T09:15:00Z", "timeMax": "2026-03-03T09:00:00Z"}
    assert starts(listed(anna, **window)[0]) == ["2026-03-02T10:00:00+01:00"]
    empty = {"timeMin": window["timeMax"], "timeMax": window["timeMin"]}
    assert refusal(anna.events().list(calendarId="primary", **empty)) == (400, "timeRangeEmpty")
    assert refusal(anna.events().list(calendarId="primary", timeMin="2026-03-02")) == (400, "badRequest")


def test_filters_and_orders(anna: Any) -> None:
    late = insert(anna, summary="Late", extendedProperties={"private": {"booking": "7"}})
    early = anna.events().insert(calendarId="primary", body=timed(8)).execute()
    ordered, token = listed(anna, singleEvents=True, orderBy="startTime", maxResults=1)
    assert ([item["id"] for item in ordered], token) == ([early["id"], late["id"]], "")
    assert [item["id"] for item in listed(anna, q="late")[0]] == [late["id"]]
    assert [item["id"] for item in listed(anna, iCalUID=early["iCalUID"])[0]] == [early["id"]]
    assert [item["id"] for item in listed(anna, privateExtendedProperty="booking=7")[0]] == [late["id"]]
    assert refusal(anna.events().list(calendarId="primary", orderBy="startTime")) == (400, "badRequest")


def test_a_series_keeps_its_wall_clock_over_a_change_of_the_clocks(anna: Any) -> None:
    master = anna.events().insert(calendarId="primary", body=timed(10, day="2026-03-16", recurrence=[WEEKLY])).execute()
    assert [item["id"] for item in listed(anna)[0]] == [master["id"]]
    items, _ = listed(anna, singleEvents=True)
    assert starts(items) == [
        "2026-03-16T10:00:00+01:00",
        "2026-03-23T10:00:00+01:00",
        "2026-03-30T10:00:00+02:00",
        "2026-04-06T10:00:00+02:00",
    ]
    assert items[2]["id"] == f"{master['id']}_20260330T080000Z"
    assert {item["recurringEventId"] for item in items} == {master["id"]}


def test_excluded_and_added_dates(anna: Any) -> None:
    lines = [WEEKLY, "EXDATE;TZID=Europe/Warsaw:20260309T100000", "RDATE;TZID=Europe/Warsaw:20260310T100000"]
    insert(anna, recurrence=lines)
    days = [start[:10] for start in starts(listed(anna, singleEvents=True, orderBy="startTime")[0])]
    assert days == ["2026-03-02", "2026-03-10", "2026-03-16", "2026-03-23"]


def test_until_with_utc_time_and_a_window(anna: Any) -> None:
    insert(anna, recurrence=["RRULE:FREQ=DAILY;UNTIL=20260305T090000Z"])
    items, _ = listed(anna, singleEvents=True, timeMin="2026-03-03T00:00:00Z")
    assert [start[:10] for start in starts(items)] == ["2026-03-03", "2026-03-04", "2026-03-05"]


def test_an_all_day_series(anna: Any) -> None:
    body = {"start": {"date": "2026-03-28"}, "end": {"date": "2026-03-30"}, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]}
    anna.events().insert(calendarId="primary", body=body).execute()
    items, _ = listed(anna, singleEvents=True)
    assert [(item["start"]["date"], item["end"]["date"]) for item in items] == [
        ("2026-03-28", "2026-03-30"),
        ("2026-04-04", "2026-04-06"),
    ]


def test_one_occurrence_can_be_moved_and_another_deleted(anna: Any) -> None:
    master = insert(anna, recurrence=[WEEKLY])
    _, token = listed(anna, singleEvents=True)
    items = anna.events().instances(calendarId="primary", eventId=master["id"]).execute()["items"]
    moved = (
        anna.events().patch(calendarId="primary", eventId=items[1]["id"], body=timed(15, day="2026-03-09")).execute()
    )
    assert moved["originalStartTime"]["dateTime"] == "2026-03-09T10:00:00+01:00"
    anna.events().delete(calendarId="primary", eventId=items[2]["id"]).execute()
    changes, _ = listed(anna, singleEvents=True, syncToken=token)
    assert [(item["id"], item["status"]) for item in changes] == [
        (items[1]["id"], "confirmed"),
        (items[2]["id"], "cancelled"),
    ]
    now = listed(anna, singleEvents=True, orderBy="startTime")[0]
    assert [start[5:16] for start in starts(now)] == ["03-02T10:00", "03-09T15:00", "03-23T10:00"]
    assert [item["status"] for item in listed(anna)[0]] == ["confirmed", "confirmed", "cancelled"]
    assert len(anna.events().instances(calendarId="primary", eventId=master["id"]).execute()["items"]) == 3


def test_a_shortened_or_deleted_series_tells_which_occurrences_went(anna: Any) -> None:
    master = insert(anna, recurrence=[WEEKLY])
    items, token = listed(anna, singleEvents=True)
    key = {"calendarId": "primary", "eventId": master["id"]}
    anna.events().patch(**key, body={"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]}).execute()
    changes, token = listed(anna, singleEvents=True, syncToken=token)
    told = {item["id"]: item["status"] for item in changes}
    assert told == {item["id"]: "confirmed" if n < 2 else "cancelled" for n, item in enumerate(items)}
    anna.events().delete(**key).execute()
    changes, _ = listed(anna, singleEvents=True, syncToken=token)
    assert {item["id"] for item in changes if item["status"] == "cancelled"} == {item["id"] for item in items[:2]}
    assert listed(anna, singleEvents=True)[0] == []


def test_a_series_without_end_is_listed_two_years_ahead_and_in_pages(anna: Any) -> None:
    insert(anna, recurrence=["RRULE:FREQ=DAILY"])
    items, token = listed(anna, singleEvents=True, maxResults=100, timeMin="2026-03-02T00:00:00Z")
    assert len(items) == len({item["id"] for item in items}) > 700
    assert token


def test_free_busy_knows_series(anna: Any) -> None:
    master = insert(anna, recurrence=[WEEKLY])
    anna.events().delete(calendarId="primary", eventId=f"{master['id']}_20260309T090000Z").execute()
    body = {"timeMin": "2026-03-08T00:00:00Z", "timeMax": "2026-03-18T00:00:00Z", "items": [{"id": ANNA}]}
    found = anna.freebusy().query(body=body).execute()["calendars"][ANNA]["busy"]
    assert found == [{"start": "2026-03-16T09:00:00Z", "end": "2026-03-16T09:30:00Z"}]


def test_a_large_calendar_is_listed_in_pages_of_2500(sandbox: SandboxServer, anna: Any) -> None:
    sandbox.control.google.events_bulk(calendar=ANNA, count=6000, attendees=2, **{"from": "2026-01-01T00:00:00Z"})
    page = anna.events().list(calendarId="primary", maxResults=9999).execute()
    assert len(page["items"]) == 2500
    assert len(listed(anna, maxResults=2500)[0]) == 6000
