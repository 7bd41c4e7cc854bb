"""Single events: making, changing, deleting, guests and their answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.microsoft.accounts import ANNA, HOLIDAYS, JAN, PROJECTS
from sandbox.microsoft.testing import MicrosoftControl
from sandbox.testing import SandboxServer
from tests.sandbox import web
from tests.sandbox.microsoft.conftest import WINDOW, Graph, Json, guests, timed, weekly


def view(graph: Graph, **more: str) -> list[Json]:
    """What is in March and April."""
    found: list[Json] = graph.call("GET", "/me/calendarView?$top=100", params={**WINDOW, **more})["value"]
    return found


def test_an_event_is_told_as_it_was_made(anna: Graph) -> None:
    given = timed(
        10, showAs="tentative", sensitivity="private", importance="high", categories=["Work"],
        body={"contentType": "html", "content": "<p>One<br>Two</p>"}, location={"displayName": "Room 1"},
        reminderMinutesBeforeStart=5, responseRequested=False, hideAttendees=True,
    )  # fmt: skip
    made = anna.call("POST", "/me/events", given)
    for name in set(given) - {"start", "end", "location"}:
        assert made[name] == given[name], name
    assert made["start"] == {"dateTime": "2026-03-02T09:00:00.0000000", "timeZone": "UTC"}
    assert made["originalStartTimeZone"] == "Central European Standard Time"
    assert (made["bodyPreview"], made["location"]["displayName"]) == ("One\nTwo", "Room 1")
    assert (made["type"], made["isOrganizer"], made["responseStatus"]["response"]) == (
        "singleInstance",
        True,
        "organizer",
    )
    assert anna.call("GET", f"/me/events/{made['id']}") == made


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "Central European Standard Time"])
def test_times_are_told_in_the_zone_that_is_asked_for(anna: Graph, zone: str) -> None:
    made = anna.call("POST", "/me/events", timed(9, zone="UTC"))
    told = anna.call("GET", f"/me/events/{made['id']}", headers={"Prefer": f'outlook.timezone="{zone}"'})
    assert told["start"] == {"dateTime": "2026-03-02T10:00:00.0000000", "timeZone": zone}
    bad = {"Prefer": 'outlook.timezone="Mars/Base"'}
    assert anna.refused("GET", f"/me/events/{made['id']}", headers=bad) == (400, "TimeZoneNotSupportedException")


def test_a_body_is_told_as_text_where_that_is_preferred(anna: Graph) -> None:
    body = {"contentType": "html", "content": "<p>Ham &amp; eggs</p>"}
    made = anna.call("POST", "/me/events", timed(9, body=body))
    prefer = {"Prefer": 'outlook.body-content-type="text"'}
    told = anna.call("GET", f"/me/events/{made['id']}", headers=prefer)["body"]
    assert (told["contentType"], told["content"].strip()) == ("text", "Ham & eggs")


def test_select_tells_only_what_is_named(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", timed(9))
    told = anna.call("GET", f"/me/events/{made['id']}?$select=subject,changeKey")
    assert set(told) == {"@odata.context", "@odata.etag", "id", "subject", "changeKey"}


def test_an_all_day_event_keeps_its_date_in_every_zone(anna: Graph) -> None:
    edges = {
        name: {"dateTime": f"2026-03-{day:02}T00:00:00", "timeZone": "Europe/Warsaw"}
        for name, day in (("start", 5), ("end", 7))
    }
    made = anna.call("POST", "/me/events", {"subject": "Trip", "isAllDay": True, **edges})
    assert (made["start"]["dateTime"], made["end"]["dateTime"]) == (
        "2026-03-05T00:00:00.0000000",
        "2026-03-07T00:00:00.0000000",
    )
    assert made["showAs"] == "free"
    told = anna.call("GET", f"/me/events/{made['id']}", headers={"Prefer": 'outlook.timezone="Asia/Tokyo"'})
    assert told["start"] == {"dateTime": "2026-03-05T00:00:00.0000000", "timeZone": "Asia/Tokyo"}
    before = {"startDateTime": "2026-03-04T00:00:00Z", "endDateTime": "2026-03-04T23:00:00Z"}
    assert view(anna, **before) == []
    assert len(view(anna, **{**before, "endDateTime": "2026-03-04T23:00:01Z"})) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"subjet": "x"}, "RequestBodyRead"),
        ({"showAs": "away"}, "RequestBodyRead"),
        ({"isAllDay": "yes"}, "RequestBodyRead"),
        ({"start": None}, "ErrorPropertyValidationFailure"),
        ({"start": {"dateTime": "soon", "timeZone": "UTC"}}, "ErrorPropertyValidationFailure"),
        ({"start": {"dateTime": "2026-03-03T00:00:00", "timeZone": "UTC"}}, "ErrorPropertyValidationFailure"),
        ({"start": {"dateTime": "2026-03-02T09:00:00", "timeZone": "Moon"}}, "TimeZoneNotSupportedException"),
        ({"isAllDay": True}, "ErrorInvalidAllDayEvent"),
        ({"attendees": [{"emailAddress": {"address": "nobody"}}]}, "ErrorInvalidRecipients"),
        ({"attendees": ["x@example.test"]}, "ErrorInvalidRecipients"),
        ({"recurrence": {"pattern": {"type": "daily"}}}, "ErrorInvalidRecurrence"),
        ({"body": "text"}, "RequestBodyRead"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(anna: Graph, change: Json, code: str) -> None:
    assert anna.refused("POST", "/me/events", {**timed(10), **change}) == (400, code)
    assert view(anna) == []


def test_json_that_cannot_be_read_is_refused(anna: Graph) -> None:
    answer = anna.session.post(f"{anna.base}/me/events", data="{", timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


def test_a_transaction_makes_one_event_however_often_it_is_asked_for(anna: Graph, microsoft: MicrosoftControl) -> None:
    given = timed(10, transactionId="booking-1", attendees=guests("lee@example.test"))
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: anna.call("POST", "/me/events", given)["id"], range(8)))
    assert len(set(made)) == 1
    assert len(view(anna)) == len(microsoft.state()["invitations"]) == 1
    assert anna.call("POST", "/me/events", {**given, "transactionId": "booking-2"})["id"] != made[0]


def test_an_answer_that_was_lost_is_found_again(sandbox: SandboxServer, anna: Graph) -> None:
    sandbox.control.fault(provider="microsoft", path="/me/events$", method="POST", disconnect=True, after=True)
    given = timed(10, transactionId="booking-1")
    with pytest.raises(ConnectionError):
        _sent(anna, given)
    made = anna.call("POST", "/me/events", given)
    assert [event["id"] for event in view(anna)] == [made["id"]]


def _sent(graph: Graph, body: Json) -> None:
    try:
        graph.send("POST", "/me/events", body)
    except OSError as error:
        raise ConnectionError from error


def test_an_online_meeting_has_a_link_that_opens(anna: Graph, marta: Graph) -> None:
    made = anna.call("POST", "/me/events", timed(10, isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness"))
    assert (made["isOnlineMeeting"], made["onlineMeetingProvider"]) == (True, "teamsForBusiness")
    assert web.get(made["onlineMeeting"]["joinUrl"]).status_code == 200
    later = anna.call("POST", "/me/events", timed(12))
    assert later["onlineMeeting"] is None
    changed = anna.call("PATCH", f"/me/events/{later['id']}", {"isOnlineMeeting": True})
    assert changed["onlineMeeting"]["joinUrl"] != made["onlineMeeting"]["joinUrl"]
    assert marta.call("POST", "/me/events", timed(10, isOnlineMeeting=True))["onlineMeeting"] is None


def test_a_change_has_a_new_key_and_keeps_the_rest(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", timed(10, 60, body={"contentType": "text", "content": "Notes"}))
    start = {"dateTime": "2026-03-02T14:00:00", "timeZone": "Europe/Warsaw"}
    changed = anna.call("PATCH", f"/me/events/{made['id']}", {"start": start})
    assert (changed["start"]["dateTime"][11:16], changed["end"]["dateTime"][11:16]) == ("13:00", "14:00")
    assert (changed["body"], changed["iCalUId"]) == (made["body"], made["iCalUId"])
    assert changed["changeKey"] != made["changeKey"]
    assert changed["lastModifiedDateTime"] > made["lastModifiedDateTime"]


def test_a_change_of_an_older_version_is_412(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", timed(10))
    path, old = f"/me/events/{made['id']}", {"If-Match": made["@odata.etag"]}
    anna.call("PATCH", path, {"subject": "New"}, headers=old)
    assert anna.refused("PATCH", path, {"subject": "Newer"}, headers=old) == (412, "ErrorIrresolvableConflict")
    assert anna.refused("DELETE", path, headers=old) == (412, "ErrorIrresolvableConflict")


def test_a_deleted_event_is_404(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", timed(10))
    assert anna.send("DELETE", f"/me/events/{made['id']}").status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert anna.refused(method, f"/me/events/{made['id']}", {}) == (404, "ErrorItemNotFound")


def test_guests_with_an_account_get_a_copy_and_their_answer_reaches_the_organizer(
    anna: Graph, jan: Graph, microsoft: MicrosoftControl
) -> None:
    made = anna.call("POST", "/me/events", timed(10, attendees=guests(JAN, "lee@example.test")))
    (copy,) = view(jan)
    assert (copy["iCalUId"], copy["isOrganizer"]) == (made["iCalUId"], False)
    assert copy["id"] != made["id"]
    assert (copy["showAs"], copy["responseStatus"]["response"]) == ("tentative", "notResponded")
    assert jan.send("POST", f"/me/events/{copy['id']}/accept", {"sendResponse": True}).status_code == 202
    assert view(jan)[0]["showAs"] == "busy"
    answers = {one["emailAddress"]["address"]: one["status"]["response"] for one in view(anna)[0]["attendees"]}
    assert answers == {JAN: "accepted", "lee@example.test": "none"}
    assert [row["recipients"] for row in microsoft.state()["invitations"]] == [[JAN, "lee@example.test"]]


def test_guests_are_mailed_of_all_that_happens(sandbox: SandboxServer, anna: Graph) -> None:
    made = anna.call("POST", "/me/events", timed(10, attendees=guests("lee@example.test"), isOnlineMeeting=True))
    anna.call("PATCH", f"/me/events/{made['id']}", {"subject": "New\ntitle"})
    anna.send("DELETE", f"/me/events/{made['id']}")
    invited, changed, ended = sandbox.control.mail_wait(3, to="lee@example.test")
    subjects = [mail["subject"] for mail in (invited, changed, ended)]
    assert subjects == ["Meeting", "Updated: New title", "Canceled: New title"]
    assert made["onlineMeeting"]["joinUrl"] in invited["text"]
    assert "DTSTART:20260302T090000Z" in invited["ics"]
    assert "METHOD:CANCEL" in ended["ics"]
    assert {made["iCalUId"] in mail["ics"] for mail in (invited, changed, ended)} == {True}


def test_declining_removes_the_copy(anna: Graph, jan: Graph) -> None:
    anna.call("POST", "/me/events", timed(10, attendees=guests(JAN)))
    jan.send("POST", f"/me/events/{view(jan)[0]['id']}/decline", {})
    assert view(jan) == []
    assert view(anna)[0]["attendees"][0]["status"]["response"] == "declined"


def test_the_organizer_cannot_answer_and_a_guest_cannot_change_what_all_share(anna: Graph, jan: Graph) -> None:
    made = anna.call("POST", "/me/events", timed(10, attendees=guests(JAN)))
    assert anna.refused("POST", f"/me/events/{made['id']}/accept", {}) == (400, "ErrorInvalidRequest")
    (copy,) = view(jan)
    assert jan.refused("PATCH", f"/me/events/{copy['id']}", {"subject": "Mine"}) == (403, "ErrorAccessDenied")
    assert jan.call("PATCH", f"/me/events/{copy['id']}", {"showAs": "free"})["showAs"] == "free"
    assert jan.refused("POST", f"/me/events/{copy['id']}/cancel", {}) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize("how", ["delete", "cancel", "uninvite"])
def test_what_is_called_off_stays_cancelled_on_the_guests_calendar(
    anna: Graph, jan: Graph, microsoft: MicrosoftControl, how: str
) -> None:
    made = anna.call("POST", "/me/events", timed(10, attendees=guests(JAN)))
    path = f"/me/events/{made['id']}"
    if how == "uninvite":
        anna.call("PATCH", path, {"attendees": []})
    elif how == "cancel":
        assert anna.send("POST", f"{path}/cancel", {"comment": "Sorry"}).status_code == 202
    else:
        anna.send("DELETE", path)
    (copy,) = view(jan)
    assert (copy["isCancelled"], copy["showAs"], copy["subject"]) == (True, "free", "Canceled: Meeting")
    if how != "uninvite":
        assert [row["kind"] for row in microsoft.state()["invitations"]] == ["invitation", "cancellation"]


def test_events_can_be_on_any_calendar_of_the_account(anna: Graph, microsoft: MicrosoftControl) -> None:
    projects = microsoft.calendar_id(PROJECTS)
    made = anna.call("POST", f"/me/calendars/{projects}/events", timed(10))
    assert view(anna) == []
    assert anna.call("GET", f"/me/events/{made['id']}")["id"] == made["id"]
    assert anna.call("GET", f"/me/calendars/{projects}/events/{made['id']}")["id"] == made["id"]
    other = microsoft.calendar_id(HOLIDAYS)
    assert anna.refused("GET", f"/me/calendars/{other}/events/{made['id']}") == (404, "ErrorItemNotFound")


@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        ({"type": "daily", "interval": 2}, ["03-02", "03-04", "03-06"]),
        ({"type": "weekly", "interval": 1, "daysOfWeek": ["monday", "thursday"]}, ["03-02", "03-05", "03-09"]),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}, ["03-31", "04-30"]),
        ({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["friday"], "index": "last"}, ["03-27", "04-24"]),
        ({"type": "absoluteYearly", "interval": 1, "month": 3, "dayOfMonth": 2}, ["03-02"]),
        ({"type": "relativeYearly", "interval": 1, "month": 4, "daysOfWeek": ["monday"], "index": "first"}, ["04-06"]),
    ],
)  # fmt: skip
def test_every_pattern_of_recurrence_is_unrolled(anna: Graph, pattern: Json, days: list[str]) -> None:
    span = {"type": "numbered", "startDate": "2026-03-02", "numberOfOccurrences": 3}
    anna.call("POST", "/me/events", timed(10, recurrence={"pattern": pattern, "range": span}))
    found = [event["start"]["dateTime"][5:10] for event in view(anna)]
    assert found == days


def test_a_series_keeps_its_hour_across_the_change_of_the_clocks(anna: Graph) -> None:
    anna.call("POST", "/me/events", weekly())
    assert [event["start"]["dateTime"][5:16] for event in view(anna)] == [
        "03-23T09:00", "03-30T08:00", "04-06T08:00", "04-13T08:00",
    ]  # fmt: skip


def test_a_series_ends_with_its_end_date_or_never(anna: Graph) -> None:
    pattern = {"type": "daily", "interval": 1}
    until = {"type": "endDate", "startDate": "2026-03-02", "endDate": "2026-03-04"}
    anna.call("POST", "/me/events", timed(10, recurrence={"pattern": pattern, "range": until}))
    assert len(view(anna)) == 3
    never = {"type": "noEnd", "startDate": "2026-03-02"}
    anna.call("POST", "/me/events", timed(12, recurrence={"pattern": pattern, "range": never}))
    assert len(view(anna)) == 3 + 60


def test_an_occurrence_is_changed_and_deleted_by_itself(anna: Graph, jan: Graph) -> None:
    made = anna.call("POST", "/me/events", weekly(attendees=guests(JAN)))
    second, third = (event["id"] for event in view(anna)[1:3])
    changed = anna.call("PATCH", f"/me/events/{second}", {"subject": "Moved"})
    assert (changed["type"], changed["seriesMasterId"], changed["id"]) == ("exception", made["id"], second)
    anna.send("DELETE", f"/me/events/{third}")
    assert [event["subject"] for event in view(anna)] == ["Weekly", "Moved", "Weekly"]
    assert anna.refused("GET", f"/me/events/{third}") == (404, "ErrorItemNotFound")
    assert [event["subject"] for event in view(jan)] == ["Weekly", "Moved", "Canceled: Weekly", "Weekly"]
    told = anna.call("GET", f"/me/events/{made['id']}?$select=subject,cancelledOccurrences")
    assert told["cancelledOccurrences"] == [f"OID.{made['id']}.2026-04-06"]


def test_each_occurrence_has_its_own_ical_uid_of_the_series(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", weekly())
    uids = [event["iCalUId"] for event in view(anna)]
    assert len(set(uids)) == 4
    assert {uid[:32] + "0" * 8 + uid[40:] for uid in uids} == {made["iCalUId"]}


def test_another_rule_makes_another_series(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", weekly())
    anna.call("PATCH", f"/me/events/{view(anna)[1]['id']}", {"subject": "Moved"})
    anna.call("PATCH", f"/me/events/{made['id']}", {"recurrence": weekly(2)["recurrence"]})
    assert [event["subject"] for event in view(anna)] == ["Weekly", "Weekly"]
    single = anna.call("PATCH", f"/me/events/{made['id']}", {"recurrence": None})
    assert single["type"] == "singleInstance"
    assert len(view(anna)) == 1


def test_people_act_on_their_calendar(anna: Graph, microsoft: MicrosoftControl) -> None:
    made = microsoft.event_create(
        calendar=ANNA, subject="Dentist", start="2026-03-02T09:00:00Z", end="2026-03-02T09:45:00Z"
    )
    microsoft.event_move(calendar=ANNA, id=made["id"], start="2026-03-03T09:00:00Z")
    microsoft.event_update(calendar=ANNA, id=made["id"], subject="Surgeon")
    (event,) = view(anna)
    assert (event["subject"], event["end"]["dateTime"][:16]) == ("Surgeon", "2026-03-03T09:45")
    day = microsoft.event_create(calendar=ANNA, subject="Off", start="2026-03-09", end="2026-03-10")
    assert day["isAllDay"]
    microsoft.event_delete(calendar=ANNA, id=made["id"])
    assert [event["id"] for event in view(anna)] == [day["id"]]
    assert [event["deleted"] for event in microsoft.events(ANNA)] == [False, True]
