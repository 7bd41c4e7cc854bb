"""Calendars, events and free/busy through the official client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.testing import SandboxServer
from tests.sandbox.conftest import ANNA, JAN, MARTA, listed, refusal, timed

HOLIDAYS = "team-holidays@group.calendar.google.test"
FAMILY = "family-anna@group.calendar.google.test"
AUTH = "https://www.googleapis.com/auth/"


def busy(service: Any, *calendars: str, day: str = "2026-03-02") -> dict[str, Any]:
    body = {
        "timeMin": f"{day}T00:00:00Z",
        "timeMax": f"{day}T23:00:00Z",
        "items": [{"id": calendar} for calendar in calendars],
    }
    answer: dict[str, Any] = service.freebusy().query(body=body).execute()["calendars"]
    return answer


def test_the_calendar_list_tells_roles(anna: Any) -> None:
    items = anna.calendarList().list().execute()["items"]
    assert [(item["id"], item["accessRole"], item.get("primary", False)) for item in items] == [
        (ANNA, "owner", True),
        (FAMILY, "owner", False),
        (HOLIDAYS, "reader", False),
    ]
    assert anna.calendarList().get(calendarId="primary").execute()["id"] == ANNA
    assert anna.calendars().get(calendarId=FAMILY).execute()["summary"] == "Family"
    assert refusal(anna.calendars().get(calendarId=JAN)) == (404, "notFound")
    assert refusal(anna.calendarList().get(calendarId=JAN)) == (404, "notFound")


def test_the_calendar_list_in_pages_filtered_and_incremental(sandbox: SandboxServer, anna: Any) -> None:
    first = anna.calendarList().list(maxResults=2).execute()
    rest = anna.calendarList().list(maxResults=2, pageToken=first["nextPageToken"]).execute()
    assert [len(first["items"]), len(rest["items"])] == [2, 1]
    assert len(anna.calendarList().list(minAccessRole="owner").execute()["items"]) == 2
    made = sandbox.control.google.calendar_create(account=ANNA, summary="New")
    sandbox.control.google.calendar_unshare(calendar=HOLIDAYS, account=ANNA)
    changes = anna.calendarList().list(syncToken=rest["nextSyncToken"]).execute()
    assert [(item["id"], item.get("deleted", False)) for item in changes["items"]] == [(made, False), (HOLIDAYS, True)]
    sandbox.control.google.expire_sync_token("list")
    old = anna.calendarList().list(syncToken=changes["nextSyncToken"])
    assert refusal(old) == (410, "fullSyncRequired")


def test_an_event_comes_back_as_google_tells_it(anna: Any, sandbox: SandboxServer) -> None:
    event = anna.events().insert(calendarId="primary", body=timed(10)).execute()
    assert event["start"] == {"dateTime": "2026-03-02T10:00:00+01:00", "timeZone": "Europe/Warsaw"}
    assert event["organizer"] == {"email": ANNA, "self": True}
    assert event["creator"] == {"email": ANNA, "self": True}
    assert event["iCalUID"] == f"{event['id']}@google.com"
    assert event["htmlLink"].startswith(sandbox.url)
    assert (event["sequence"], event["status"]) == (0, "confirmed")
    assert anna.events().get(calendarId="primary", eventId=event["id"]).execute() == event


def test_a_repeat_with_the_same_id_is_a_duplicate_even_after_deletion(anna: Any) -> None:
    body = timed(10, id="0123456789abcdefghijklmnopqrstuv")
    anna.events().insert(calendarId="primary", body=body).execute()
    assert refusal(anna.events().insert(calendarId="primary", body=body)) == (409, "duplicate")
    anna.events().delete(calendarId="primary", eventId=body["id"]).execute()
    assert refusal(anna.events().insert(calendarId="primary", body=body)) == (409, "duplicate")
    assert len(listed(anna, showDeleted=True)[0]) == 1


@pytest.mark.parametrize("event_id", ["abcd", "wxyzw", "ABCDE", "with-dash", "a" * 1025])
def test_an_id_that_is_not_base32hex_is_refused(anna: Any, event_id: str) -> None:
    assert refusal(anna.events().insert(calendarId="primary", body=timed(10, id=event_id))) == (400, "invalid")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"end": None}, "required"),
        ({"start": {"dateTime": "2026-03-02T12:00:00Z"}}, "timeRangeEmpty"),
        ({"start": {"dateTime": "2026-03-02T09:00:00"}}, "required"),
        ({"start": {"dateTime": "2026-03-02T09:00:00", "timeZone": "Mars/Olympus"}}, "invalid"),
        ({"start": {"date": "2026-03-02"}}, "invalid"),
        ({"start": {"dateTime": "soon", "timeZone": "UTC"}}, "invalid"),
        ({"attendees": [{"email": "not an address"}]}, "invalid"),
        ({"attendees": [{"email": "a@b.test", "responseStatus": "perhaps"}]}, "invalid"),
        ({"visibility": "secret"}, "invalid"),
        ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, "invalid"),
    ],
)
def test_impossible_events_are_refused(anna: Any, change: dict[str, Any], reason: str) -> None:
    assert refusal(anna.events().insert(calendarId="primary", body={**timed(10), **change})) == (400, reason)
    assert listed(anna)[0] == []


def test_times_are_told_in_the_calendar_zone_or_the_one_asked_for(anna: Any) -> None:
    body = timed(10)
    body["start"] = {"dateTime": "2026-07-01T08:00:00-04:00"}
    body["end"] = {"dateTime": "2026-07-01T13:00:00Z", "timeZone": "America/New_York"}
    anna.events().insert(calendarId="primary", body=body).execute()
    assert listed(anna)[0][0]["start"] == {"dateTime": "2026-07-01T14:00:00+02:00", "timeZone": "Europe/Warsaw"}
    assert listed(anna, timeZone="UTC")[0][0]["end"]["dateTime"] == "2026-07-01T13:00:00Z"


def test_an_all_day_event_takes_the_calendars_day(anna: Any) -> None:
    body = {"summary": "Off", "start": {"date": "2026-03-02"}, "end": {"date": "2026-03-03"}}
    event = anna.events().insert(calendarId="primary", body=body).execute()
    assert event["start"] == {"date": "2026-03-02"}
    assert busy(anna, ANNA)[ANNA]["busy"] == [{"start": "2026-03-02T00:00:00Z", "end": "2026-03-02T23:00:00Z"}]


def test_a_conference_is_made_only_where_its_version_is_named(anna: Any) -> None:
    request = {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    body = timed(10, conferenceData=request)
    assert "hangoutLink" not in anna.events().insert(calendarId="primary", body=body).execute()
    event = anna.events().insert(calendarId="primary", body=body, conferenceDataVersion=1).execute()
    assert event["conferenceData"]["createRequest"]["status"] == {"statusCode": "success"}
    assert event["conferenceData"]["entryPoints"][0]["uri"] == event["hangoutLink"]
    kept = anna.events().patch(calendarId="primary", eventId=event["id"], body={"summary": "Other"}).execute()
    assert kept["hangoutLink"] == event["hangoutLink"]
    bare = anna.events().patch(
        calendarId="primary", eventId=event["id"], body={"conferenceData": None}, conferenceDataVersion=1
    )
    assert "hangoutLink" not in bare.execute()


def test_patch_merges_and_update_replaces(anna: Any) -> None:
    event = anna.events().insert(calendarId="primary", body=timed(10, location="Room 1")).execute()
    key = {"calendarId": "primary", "eventId": event["id"]}
    patched = anna.events().patch(**key, body={"summary": "New"}).execute()
    assert (patched["summary"], patched["location"], patched["sequence"]) == ("New", "Room 1", 0)
    assert patched["etag"] != event["etag"]
    updated = anna.events().update(**key, body=timed(11)).execute()
    assert ("location" in updated, updated["sequence"], updated["created"]) == (False, 1, event["created"])


def test_an_old_etag_is_refused(anna: Any) -> None:
    event = anna.events().insert(calendarId="primary", body=timed(10)).execute()
    key = {"calendarId": "primary", "eventId": event["id"]}
    anna.events().patch(**key, body={"summary": "New"}).execute()
    request = anna.events().patch(**key, body={"summary": "Late"})
    request.headers["If-Match"] = event["etag"]
    assert refusal(request) == (412, "conditionNotMet")


def test_a_second_deletion_is_410_and_the_event_stays_as_cancelled(anna: Any) -> None:
    event = anna.events().insert(calendarId="primary", body=timed(10)).execute()
    key = {"calendarId": "primary", "eventId": event["id"]}
    anna.events().delete(**key).execute()
    assert refusal(anna.events().delete(**key)) == (410, "deleted")
    assert anna.events().get(**key).execute()["status"] == "cancelled"
    assert refusal(anna.events().delete(calendarId="primary", eventId="neverwas")) == (404, "notFound")


def test_guests_with_an_account_get_a_copy_and_their_answer_comes_back(anna: Any, jan: Any) -> None:
    body = timed(10, attendees=[{"email": JAN}, {"email": "visitor@example.test"}])
    event = anna.events().insert(calendarId="primary", body=body, sendUpdates="all").execute()
    key = {"calendarId": "primary", "eventId": event["id"]}
    copy = jan.events().get(**key).execute()
    assert (copy["organizer"], copy["attendees"][0]["self"]) == ({"email": ANNA}, True)
    answer = [{**guest, "responseStatus": "declined"} if guest.get("self") else guest for guest in copy["attendees"]]
    jan.events().patch(**key, body={"attendees": answer}).execute()
    assert anna.events().get(**key).execute()["attendees"][0]["responseStatus"] == "declined"
    assert busy(jan, JAN)[JAN]["busy"] == []
    assert refusal(jan.events().patch(**key, body={"summary": "Mine"})) == (403, "forbiddenForNonOrganizer")


def test_a_guest_taken_off_or_a_cancelled_event_leaves_the_guests_calendar(anna: Any, jan: Any) -> None:
    for change in ("patch", "delete"):
        event = anna.events().insert(calendarId="primary", body=timed(10, attendees=[{"email": JAN}])).execute()
        key = {"calendarId": "primary", "eventId": event["id"]}
        more: dict[str, Any] = {"body": {"attendees": []}} if change == "patch" else {}
        getattr(anna.events(), change)(**key, **more).execute()
        assert jan.events().get(**key).execute()["status"] == "cancelled"


def test_a_guest_who_deletes_the_copy_has_declined(anna: Any, jan: Any) -> None:
    event = anna.events().insert(calendarId="primary", body=timed(10, attendees=[{"email": JAN}])).execute()
    key = {"calendarId": "primary", "eventId": event["id"]}
    jan.events().delete(**key).execute()
    assert anna.events().get(**key).execute()["attendees"][0]["responseStatus"] == "declined"


def test_invitations_are_recorded(sandbox: SandboxServer, anna: Any) -> None:
    body = timed(10, attendees=[{"email": ANNA}, {"email": "visitor@example.test"}])
    event = anna.events().insert(calendarId="primary", body=body, sendUpdates="all").execute()
    anna.events().patch(calendarId="primary", eventId=event["id"], body={"summary": "Quiet"}).execute()
    anna.events().delete(calendarId="primary", eventId=event["id"], sendUpdates="all").execute()
    told = sandbox.control.google.state()["invitations"]
    assert [item["kind"] for item in told] == ["invitation", "cancellation"]
    assert told[0]["recipients"] == ["visitor@example.test"]


@pytest.mark.parametrize(
    ("role", "reads", "writes"), [("freeBusyReader", False, False), ("reader", True, False), ("writer", True, True)]
)
def test_roles_bound_what_a_share_allows(
    sandbox: SandboxServer, client: Callable[..., Any], role: str, reads: bool, writes: bool
) -> None:
    marta = client(MARTA)
    sandbox.control.google.event_create(
        calendar=FAMILY, summary="Secret", start="2026-03-02T09:00:00Z", end="2026-03-02T10:00:00Z"
    )
    sandbox.control.google.calendar_share(calendar=FAMILY, account=MARTA, role=role)
    (event,) = listed(marta, FAMILY)[0]
    assert ("summary" in event) is reads
    insert = marta.events().insert(calendarId=FAMILY, body=timed(10))
    if writes:
        assert insert.execute()["organizer"]["email"] == FAMILY
    else:
        assert refusal(insert) == (403, "requiredAccessLevel")
    sandbox.control.google.calendar_unshare(calendar=FAMILY, account=MARTA)
    assert refusal(marta.events().list(calendarId=FAMILY)) == (404, "notFound")


def test_a_deleted_calendar_is_not_found(sandbox: SandboxServer, anna: Any) -> None:
    sandbox.control.google.calendar_delete(FAMILY)
    assert refusal(anna.events().list(calendarId=FAMILY)) == (404, "notFound")
    assert busy(anna, FAMILY)[FAMILY]["errors"] == [{"domain": "global", "reason": "notFound"}]


@pytest.mark.parametrize(
    ("scope", "allowed"), [("calendar.readonly", False), ("calendar.freebusy", False), ("calendar.events", True)]
)
def test_scopes_bound_what_a_token_allows(client: Callable[..., Any], scope: str, allowed: bool) -> None:
    insert = client(ANNA, AUTH + scope).events().insert(calendarId="primary", body=timed(10))
    if allowed:
        insert.execute()
    else:
        assert refusal(insert) == (403, "insufficientPermissions")


def test_free_busy_merges_and_leaves_out_what_takes_no_time(anna: Any) -> None:
    for body in (
        timed(10),
        timed(10, 60),
        timed(11),
        timed(14, transparency="transparent"),
        timed(16, attendees=[{"email": ANNA, "responseStatus": "declined"}]),
    ):
        anna.events().insert(calendarId="primary", body=body).execute()
    found = busy(anna, ANNA, JAN, "nobody@nowhere.test")
    assert found[ANNA]["busy"] == [{"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:30:00Z"}]
    assert [found[name]["errors"][0]["reason"] for name in (JAN, "nobody@nowhere.test")] == ["notFound"] * 2


def test_free_busy_refuses_an_empty_or_endless_range(anna: Any) -> None:
    body = {"timeMin": "2026-03-02T00:00:00Z", "timeMax": "2026-03-02T00:00:00Z", "items": []}
    assert refusal(anna.freebusy().query(body=body)) == (400, "timeRangeEmpty")
    assert refusal(anna.freebusy().query(body={**body, "timeMax": "2027-03-02T00:00:00Z"})) == (400, "timeRangeTooLong")
    assert refusal(anna.freebusy().query(body={"timeMin": "then"})) == (400, "badRequest")
