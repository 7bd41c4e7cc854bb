"""Profiles, calendar lists, shares and getSchedule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.microsoft.accounts import ANNA, HOLIDAYS, JAN, MARTA, PROJECTS
from sandbox.microsoft.testing import MicrosoftControl
from tests.sandbox.microsoft.conftest import WINDOW, Graph, Json, timed


def names(graph: Graph) -> list[str]:
    """The calendars of an account."""
    return [calendar["name"] for calendar in graph.call("GET", "/me/calendars")["value"]]


def schedule(graph: Graph, *addresses: str, interval: int = 60, **more: str) -> list[Json]:
    """Free/busy of a morning in March, UTC."""
    edges = {"start": "2026-03-02T08:00:00", "end": "2026-03-02T12:00:00", **more}
    body = {
        "schedules": list(addresses),
        "startTime": {"dateTime": edges["start"], "timeZone": "UTC"},
        "endTime": {"dateTime": edges["end"], "timeZone": "UTC"},
        "availabilityViewInterval": interval,
    }
    found: list[Json] = graph.call("POST", "/me/calendar/getSchedule", body)["value"]
    return found


def test_a_work_account_has_a_mail_address_and_a_personal_one_only_its_name(anna: Graph, marta: Graph) -> None:
    assert anna.call("GET", "/me")["mail"] == ANNA
    me = marta.call("GET", "/me")
    assert (me["mail"], me["userPrincipalName"], me["displayName"]) == (None, MARTA, "Marta Wiśniewska")


def test_calendars_come_in_pages_the_default_one_first(anna: Graph) -> None:
    first = anna.call("GET", "/me/calendars?$top=2")
    second = anna.call("GET", first["@odata.nextLink"])
    found = [(c["name"], c["isDefaultCalendar"], c["canEdit"], c["owner"]["address"]) for c in first["value"]]
    assert found == [("Calendar", True, True, ANNA), ("Projects", False, True, ANNA)]
    assert [(c["name"], c["canEdit"], c["owner"]["address"]) for c in second["value"]] == [
        ("Team holidays", False, JAN)
    ]
    assert "@odata.nextLink" not in second


def test_the_default_calendar_has_an_address_of_its_own(anna: Graph) -> None:
    (first, *_) = anna.call("GET", "/me/calendars")["value"]
    assert anna.call("GET", "/me/calendar")["id"] == first["id"]
    assert anna.call("GET", f"/me/calendars/{first['id']}")["name"] == "Calendar"


def test_only_work_accounts_have_online_meetings(anna: Graph, marta: Graph) -> None:
    assert anna.call("GET", "/me/calendar")["allowedOnlineMeetingProviders"] == ["teamsForBusiness"]
    assert marta.call("GET", "/me/calendar")["allowedOnlineMeetingProviders"] == []


def test_a_shared_calendar_comes_and_goes(anna: Graph, microsoft: MicrosoftControl) -> None:
    holidays = microsoft.calendar_id(HOLIDAYS)
    assert anna.call("GET", f"/me/calendars/{holidays}/calendarView", params=WINDOW)["value"] == []
    assert anna.refused("POST", f"/me/calendars/{holidays}/events", timed(10)) == (403, "ErrorAccessDenied")
    microsoft.calendar_share(calendar=HOLIDAYS, account=ANNA, role="write")
    made = anna.call("POST", f"/me/calendars/{holidays}/events", timed(10))
    assert made["organizer"]["emailAddress"]["address"] == JAN
    microsoft.calendar_unshare(calendar=HOLIDAYS, account=ANNA)
    assert anna.refused("GET", f"/me/calendars/{holidays}/calendarView/delta", params=WINDOW) == (
        404,
        "ErrorItemNotFound",
    )
    assert anna.refused("GET", f"/me/events/{made['id']}") == (404, "ErrorItemNotFound")
    assert names(anna) == ["Calendar", "Projects"]


@pytest.mark.parametrize(
    ("role", "subjects"), [("freeBusyRead", ["Busy", "Private Appointment"]), ("read", ["Open", "Private Appointment"])]
)
def test_a_share_shows_no_more_than_its_role_allows(
    anna: Graph, microsoft: MicrosoftControl, role: str, subjects: list[str]
) -> None:
    microsoft.event_create(calendar=HOLIDAYS, subject="Open", start="2026-03-02T09:00:00Z", end="2026-03-02T10:00:00Z")
    secret = {"subject": "Secret", "sensitivity": "private", "location": {"displayName": "Here"}}
    microsoft.event_create(calendar=HOLIDAYS, start="2026-03-03T09:00:00Z", end="2026-03-03T10:00:00Z", **secret)
    microsoft.calendar_share(calendar=HOLIDAYS, account=ANNA, role=role)
    path = f"/me/calendars/{microsoft.calendar_id(HOLIDAYS)}/calendarView"
    for items in (anna.call("GET", path, params=WINDOW)["value"], anna.round(f"{path}/delta")[0]):
        assert [item["subject"] for item in items] == subjects
        assert items[1]["location"]["displayName"] == ""


def test_a_deleted_calendar_is_gone_and_a_new_one_is_there(anna: Graph, microsoft: MicrosoftControl) -> None:
    projects = microsoft.calendar_id(PROJECTS)
    microsoft.calendar_delete(PROJECTS)
    microsoft.calendar_create(account=ANNA, name="Travel")
    assert names(anna) == ["Calendar", "Team holidays", "Travel"]
    assert anna.refused("GET", f"/me/calendars/{projects}") == (404, "ErrorItemNotFound")


def test_ids_are_told_apart_from_what_is_none(anna: Graph) -> None:
    assert anna.refused("GET", "/me/calendars/nothing") == (400, "ErrorInvalidIdMalformed")
    assert anna.refused("GET", "/me/nothing") == (400, "BadRequest")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("Calendars.ReadWrite", "GET", "/me"),
        ("User.Read", "GET", "/me/calendars"),
        ("User.Read", "GET", "/me/calendarView/delta"),
        ("Calendars.Read", "POST", "/me/events"),
        ("Calendars.ReadBasic", "POST", "/subscriptions"),
    ],
)
def test_each_call_needs_its_permission(graph: Callable[..., Graph], scope: str, method: str, path: str) -> None:
    assert graph(ANNA, scope).refused(method, path, {}) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize(
    "scope", ["Calendars.ReadBasic", "Calendars.Read", "https://graph.microsoft.com/calendars.read"]
)
def test_reading_permissions_read(graph: Callable[..., Graph], scope: str) -> None:
    assert graph(ANNA, scope).call("GET", "/me/calendars")["value"]


def test_get_schedule_tells_free_busy_of_colleagues(anna: Graph, jan: Graph) -> None:
    jan.call("POST", "/me/events", timed(10, showAs="oof", subject="Away"))
    jan.call("POST", "/me/events", timed(11, 60, showAs="tentative"))
    anna.call("POST", "/me/events", timed(12, 60, subject="Mine", sensitivity="private"))
    his, hers = schedule(anna, JAN, ANNA)
    assert (his["availabilityView"], hers["availabilityView"]) == ("0310", "0002")
    assert [item["status"] for item in his["scheduleItems"]] == ["oof", "tentative"]
    assert his["scheduleItems"][0]["start"] == {"dateTime": "2026-03-02T09:00:00.0000000", "timeZone": "UTC"}
    assert "subject" not in his["scheduleItems"][0]
    assert [(item["subject"], item["isPrivate"]) for item in hers["scheduleItems"]] == [("Mine", True)]


def test_get_schedule_says_of_each_address_whether_it_could_be_read(anna: Graph) -> None:
    good, stranger, personal = schedule(anna, JAN, "nobody@northwind.example", MARTA)
    assert "error" not in good
    for bad in (stranger, personal):
        assert bad["error"]["responseCode"] == "ErrorMailRecipientNotFound"
        assert bad["scheduleItems"] == []


def test_personal_accounts_have_no_get_schedule(marta: Graph) -> None:
    assert marta.refused("POST", "/me/calendar/getSchedule", {"schedules": [MARTA]}) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"schedules": []}, "ErrorInvalidParameter"),
        ({"schedules": ["a@b.example"] * 21}, "ErrorTooManyMailboxes"),
        ({"endTime": {"dateTime": "2026-03-01T00:00:00", "timeZone": "UTC"}}, "ErrorInvalidTimeInterval"),
        ({"endTime": {"dateTime": "2026-06-01T00:00:00", "timeZone": "UTC"}}, "ErrorTimeIntervalTooBig"),
        ({"availabilityViewInterval": 1}, "ErrorInvalidMergedFreeBusyInterval"),
        ({"startTime": {"dateTime": "soon"}}, "ErrorPropertyValidationFailure"),
    ],
)
def test_get_schedule_refuses_what_cannot_be(anna: Graph, change: Json, code: str) -> None:
    body = {
        "schedules": [ANNA],
        "startTime": {"dateTime": "2026-03-02T08:00:00", "timeZone": "UTC"},
        "endTime": {"dateTime": "2026-03-03T08:00:00", "timeZone": "UTC"},
    }
    assert anna.refused("POST", "/me/calendar/getSchedule", {**body, **change}) == (400, code)
