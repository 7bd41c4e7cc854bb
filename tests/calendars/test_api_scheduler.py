"""The scheduler API over real HTTP, driven by the official SDK where that can."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db.models import QuerySet
from django.test import Client
from hubspot import HubSpot
from pytest_django.live_server_helper import LiveServer

from accounts.actor import system_actor
from accounts.models import Account, OutgoingEmail
from accounts.scopes import all_scopes
from accounts.services.tokens import access_token_create
from calendars.choices import BookingSource, PageState
from calendars.models import Booking, BusyInterval, Calendar, CalendarJob, SchedulingPage
from calendars.providers.protocol import Unreadable
from calendars.services.meeting_events import changes_follow
from calendars.services.meeting_reminders import meeting_remind
from crm.choices import ObjectType
from crm.models import Association, Record, TimelineEntry
from crm.services.changes import RecordChange
from crm.services.events import publish_once
from crm.services.records import records_write
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import account_make, page_make, slot
from tests.calendars.memory import MEMORY, memory_reset
from tests.state import database_fingerprint

ROOT = "/scheduler/v3/meetings"


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def token_of(account: Account, scopes: list[str] | None = None) -> str:
    membership = account.memberships.select_related("user").order_by("id")[0]
    _, token = access_token_create(
        actor=actor_of(membership),
        account=account,
        name="Script",
        scopes=all_scopes() if scopes is None else scopes,
        created_by=membership.user,
    )
    return token


def wish(page: SchedulingPage, start: dt.datetime | None = None, **more: Any) -> dict[str, Any]:
    return {
        "slug": page.slug,
        "startTime": (start or slot()).isoformat(),
        "duration": 1_800_000,
        "email": "jan@example.com",
        "firstName": "Jan",
        "lastName": "Kowalski",
        "formFields": [],
        "legalConsentResponses": [],
        "likelyAvailableUserIds": [],
        "timezone": "Europe/Warsaw",
        "locale": "en-us",
        **more,
    }


class Api:
    """A caller with a token."""

    def __init__(self, account: Account, scopes: list[str] | None = None) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token_of(account, scopes)}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{ROOT}/{path}", query)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(f"{ROOT}/{path}", body, content_type="application/json", headers=headers)

    def book(self, page: SchedulingPage, **more: Any) -> Any:
        return self.post("meeting-links/book", wish(page, **more))


@pytest.mark.spec("C28")
@pytest.mark.django_db(transaction=True)
def test_the_official_sdk_lists_pages_reads_times_and_books(live_server: LiveServer) -> None:
    page = page_make(slug="anna/intro")
    base = live_server.url
    sdk = HubSpot(access_token=token_of(page.account), host=base, base_url=base)

    def call(method: str, path: str, **more: Any) -> Any:
        return sdk.api_request({"method": method, "path": f"{ROOT}/{path}", **more})

    listed = call("GET", "meeting-links").json()
    assert (listed["total"], listed["results"][0]["slug"]) == (1, "anna/intro")
    slug = quote(page.slug, safe="")
    times = call("GET", f"meeting-links/book/availability-page/{slug}", qs={"timezone": "UTC", "monthOffset": 1}).json()
    (by_duration,) = times["linkAvailability"]["linkAvailabilityByDuration"].values()
    offered = by_duration["availabilities"][0]["startMillisUtc"]
    start = dt.datetime.fromtimestamp(offered / 1000, dt.UTC)
    answer = call("POST", "meeting-links/book", body=wish(page, start))
    assert answer.status_code == 200, answer.text
    booked = answer.json()
    booking = Booking.objects.get()
    assert booking.source == BookingSource.API
    assert booked["contactId"] == str(booking.contact_id)
    assert booked["calendarEventId"] == booking.event_id
    assert dt.datetime.fromisoformat(booked["start"]) == start
    assert call("POST", "meeting-links/book", body=wish(page, start)).status_code == 409
    run_jobs()
    assert list(MEMORY.events) == [booking.uid]


@pytest.mark.spec("C28")
@pytest.mark.django_db
def test_the_list_of_links_has_its_shape_and_pages() -> None:
    account = account_make()
    pages = [page_make(account) for _ in range(3)]
    page_make()
    api = Api(account)
    body = api.get("meeting-links").json()
    assert set(body) == {"total", "results"}
    assert [link["id"] for link in body["results"]] == [str(page.pk) for page in pages]
    assert [link["defaultLink"] for link in body["results"]] == [True, False, False]
    link = body["results"][0]
    assert link["type"] == "PERSONAL_LINK"
    assert link["link"].endswith(f"/meetings/{pages[0].slug}")
    assert link["userIdsOfLinkMembers"] == [link["organizerUserId"]] == [str(pages[0].owner_id)]
    assert link["createdAt"].endswith("Z")
    first = api.get("meeting-links/", limit=2).json()
    assert first["total"] == 3
    after = first["paging"]["next"]["after"]
    assert first["paging"]["next"]["link"].startswith("http://testserver/scheduler/v3/meetings/meeting-links")
    second = api.get("meeting-links", limit=2, after=after).json()
    assert [link["id"] for link in second["results"]] == [str(pages[2].pk)]
    assert "paging" not in second
    assert api.get("meeting-links", type="ROUND").status_code == 400
    assert api.get("meeting-links", organizerUserId=999_999).json()["total"] == 0
    assert api.get("meeting-links", after="x").status_code == 400


@pytest.mark.spec("C28")
@pytest.mark.django_db
def test_a_pages_information_has_its_shape() -> None:
    page = page_make(
        durations=[30, 60],
        weekly_hours={"0": [["09:00", "17:00"]], "4": [["22:00", "02:00"]]},
        buffer_after=10,
        form_fields=[{"name": "company", "label": "Company", "required": True}],
    )
    BusyInterval.objects.create(
        account=page.account, calendar=Calendar.objects.get(), remote_id="e", starts_at=slot(0), ends_at=slot(1)
    )
    body = Api(page.account).get(f"meeting-links/book/{page.slug}", timezone="Europe/Warsaw").json()
    params = body["customParams"]
    assert (body["linkId"], body["linkType"], body["isOffline"]) == (str(page.pk), "PERSONAL_LINK", False)
    assert params["availability"] == {
        "MONDAY": [{"start": 540, "end": 1020}],
        "FRIDAY": [{"start": 1320, "end": 1560}],
    }
    assert params["durations"] == [1_800_000, 3_600_000]
    assert params["meetingBufferTime"] == 600_000
    (field,) = params["formFields"]
    assert (field["name"], field["isRequired"], field["isCustom"], field["type"]) == ("company", True, False, "string")
    assert set(body["linkAvailability"]["linkAvailabilityByDuration"]) == {"1800000", "3600000"}
    (host,) = body["allUsersBusyTimes"]
    assert not host["isOffline"]
    assert host["meetingsUser"]["userProfile"]["fullName"] == page.owner.name
    assert "subject" not in json.dumps(host)


@pytest.mark.spec("C28", "C29")
@pytest.mark.django_db
def test_what_the_api_offers_can_be_booked_and_is_gone_after_it() -> None:
    page = page_make()
    api = Api(page.account)
    path = f"meeting-links/book/availability-page/{page.slug}"
    offered = api.get(path, timezone="UTC", monthOffset=1).json()["linkAvailability"]["linkAvailabilityByDuration"]
    first = offered["1800000"]["availabilities"][0]
    assert first["endMillisUtc"] - first["startMillisUtc"] == 1_800_000
    start = dt.datetime.fromtimestamp(first["startMillisUtc"] / 1000, dt.UTC)
    assert api.book(page, start=start).status_code == 200
    body = api.get(path + "/", timezone="UTC", monthOffset=1).json()
    left = body["linkAvailability"]["linkAvailabilityByDuration"]["1800000"]["availabilities"]
    assert first not in left
    assert body["allUsersBusyTimes"][0]["busyTimes"] == [
        {"start": first["startMillisUtc"], "end": first["endMillisUtc"]}
    ]


@pytest.mark.spec("C28")
@pytest.mark.django_db
def test_a_booking_answers_all_that_it_should() -> None:
    page = page_make(form_fields=[{"name": "company", "label": "Company", "required": True}])
    answer = Api(page.account).book(page, formFields=[{"name": "company", "value": "ACME"}])
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert {k: body[k] for k in ("duration", "bookingTimezone", "isOffline", "guestEmails", "locale")} == {
        "duration": 1_800_000,
        "bookingTimezone": "Europe/Warsaw",
        "isOffline": False,
        "guestEmails": [],
        "locale": "en-us",
    }
    assert body["formFields"] == [{"name": "company", "value": "ACME"}]
    assert body["subject"] == "Intro call: Jan Kowalski and Anna Nowak"
    assert body["legalConsentResponses"] == []


@pytest.mark.spec("C28", "C4")
@pytest.mark.django_db
def test_an_offline_page_answers_a_request() -> None:
    page = page_make(connected=False)
    body = Api(page.account).book(page).json()
    assert body["isOffline"]
    assert body["calendarEventId"]


@pytest.mark.spec("C28")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"email": "nobody"}, "email"),
        ({"firstName": ""}, "firstName"),
        ({"firstName": "x" * 5000}, "firstName"),
        ({"duration": 1_800_001}, "duration"),
        ({"duration": 3_600_000}, "duration"),
        ({"duration": 10**30}, "duration"),
        ({"startTime": "tomorrow"}, "startTime"),
        ({"startTime": "2026-12-01T10:00:00"}, "startTime"),
        ({"startTime": 5}, "startTime"),
        ({"startTime": "9999-12-31T23:59:59-23:00"}, "startTime"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"formFields": None}, "formFields"),
        ({"formFields": [{"name": "company"}]}, "formFields.0.value"),
        ({"formFields": []}, "formFields.company"),
        ({"slug": ""}, "slug"),
    ],
)
def test_a_wrong_field_is_named_in_the_one_error_shape_and_nothing_is_written(
    change: dict[str, Any], where: str
) -> None:
    page = page_make(form_fields=[{"name": "company", "label": "Company", "required": True}])
    api = Api(page.account)
    before = database_fingerprint()
    body = {**wish(page, formFields=[{"name": "company", "value": "ACME"}]), **change}
    answer = api.post("meeting-links/book", body)
    assert answer.status_code == 400, answer.content
    told = answer.json()
    assert {"status", "message", "correlationId", "category", "errors"} <= set(told)
    assert where in [error["in"] for error in told["errors"]], told
    assert database_fingerprint().keys() == before.keys()
    assert not Booking.objects.exists()


@pytest.mark.spec("C28")
@pytest.mark.django_db
def test_required_lists_are_required() -> None:
    page = page_make()
    body = wish(page)
    for name in ("formFields", "legalConsentResponses", "likelyAvailableUserIds"):
        answer = Api(page.account).post("meeting-links/book", {k: v for k, v in body.items() if k != name})
        assert answer.status_code == 400


@pytest.mark.spec("C28", "C22")
@pytest.mark.django_db
def test_a_slot_that_is_gone_and_a_host_who_cannot_be_read_are_conflicts() -> None:
    page = page_make()
    api = Api(page.account)
    assert api.book(page).status_code == 200
    gone = api.book(page)
    assert (gone.status_code, gone.json()["category"], gone.json()["subCategory"]) == (409, "CONFLICT", "SLOT_TAKEN")
    MEMORY.busy[page.owner.email] = Unreadable("notFound")
    dead = api.book(page, start=slot(1))
    assert (dead.status_code, dead.json()["subCategory"]) == (409, "HOST_UNAVAILABLE")
    page.state = PageState.PAUSED
    page.save()
    assert api.book(page, start=slot(2)).json()["subCategory"] == "PAGE_CLOSED"


@pytest.mark.spec("C28")
@pytest.mark.django_db
def test_a_repeated_call_with_one_idempotency_key_is_one_booking() -> None:
    page = page_make()
    api = Api(page.account)
    answers = [api.post("meeting-links/book", wish(page), **{"Idempotency-Key": "abc"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Booking.objects.count() == 1


@pytest.mark.spec("C28", "A1")
@pytest.mark.django_db
def test_another_accounts_page_is_not_there() -> None:
    page, other = page_make(), page_make()
    api = Api(other.account)
    assert api.get(f"meeting-links/book/{page.slug}", timezone="UTC").status_code == 404
    assert api.get(f"meeting-links/book/availability-page/{page.slug}", timezone="UTC").status_code == 404
    assert api.book(page).status_code == 404
    assert not Booking.objects.exists()


@pytest.mark.spec("C28")
@pytest.mark.django_db
def test_scopes_and_tokens_are_checked() -> None:
    page = page_make()
    without = Api(page.account, ["crm.objects.contacts.read"]).get("meeting-links")
    assert without.status_code == 403
    assert without.json()["category"] == "MISSING_SCOPES"
    assert Client().get(f"{ROOT}/meeting-links").status_code == 401
    reader = Api(page.account, ["scheduler.meetings.meeting-link.read"])
    assert reader.book(page).status_code == 200
    assert reader.post("calendar?organizerUserId=1", {}).status_code == 403


@pytest.mark.spec("C28")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", [{}, {"timezone": ""}, {"timezone": "Nowhere"}, {"timezone": "UTC", "monthOffset": -1}]
)
def test_times_need_a_zone_and_a_month(query: dict[str, Any]) -> None:
    page = page_make()
    assert Api(page.account).get(f"meeting-links/book/availability-page/{page.slug}", **query).status_code == 400


# -- POST /calendar ----------------------------------------------------------------------------------------------------


def meeting_body(contact_id: int | str, **properties: Any) -> dict[str, Any]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 200}]
    return {
        "associations": [{"to": {"id": str(contact_id)}, "types": types}],
        "properties": {
            "hs_meeting_title": "Kick-off",
            "hs_timestamp": slot().isoformat(),
            "hs_meeting_start_time": slot(0).isoformat(),
            "hs_meeting_end_time": slot(1).isoformat(),
            "hs_meeting_outcome": "SCHEDULED",
            **properties,
        },
        "emailReminderSchedule": {"reminders": [], "shouldIncludeInviteDescription": False},
        "timezone": "Europe/Warsaw",
    }


@pytest.fixture
def page_and_contact(db: None) -> tuple[SchedulingPage, Record]:
    page = page_make()
    api = Api(page.account)
    assert api.book(page, start=slot(9)).status_code == 200
    return page, Record.objects.get(object_type=ObjectType.CONTACT)


@pytest.mark.spec("C28")
def test_a_meeting_made_by_the_api_is_logged_and_written_to_the_calendar(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    page, contact = page_and_contact
    answer = Api(page.account).post(f"calendar?organizerUserId={page.owner_id}", meeting_body(contact.pk))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert set(body) == {"id", "properties", "createdAt", "lastUpdatedAt"}
    assert body["properties"]["hs_meeting_title"] == "Kick-off"
    assert body["properties"]["hubspot_owner_id"] == str(page.owner_id)
    assert Association.objects.filter(from_record_id=int(body["id"]), to_record=contact).exists()
    assert TimelineEntry.objects.filter(record=contact, about_id=int(body["id"])).count() == 1
    run_jobs()
    CalendarJob.objects.filter(kind="meeting.event_create").update(state="queued")
    run_jobs()
    drafts = [draft for draft in MEMORY.events.values() if draft.summary == "Kick-off"]
    assert [[guest.email for guest in draft.attendees] for draft in drafts] == [["jan@example.com"]]


def reminded(page: SchedulingPage, contact: Record, **properties: Any) -> Record:
    """A meeting made by the API with reminders a week, an hour and 30 minutes before, one of them twice."""
    given = [(1, "WEEKS"), (1, "HOURS"), (60, "MINUTES"), (30, "MINUTES")]
    units = [{"numberOfTimeUnits": number, "timeUnit": unit} for number, unit in given]
    body = meeting_body(contact.pk, hs_meeting_body="Bring the plan.", **properties)
    body["emailReminderSchedule"] = {"reminders": units, "shouldIncludeInviteDescription": True}
    answer = Api(page.account).post(f"calendar?organizerUserId={page.owner_id}", body)
    assert answer.status_code == 200, answer.content
    return Record.objects.get(pk=int(answer.json()["id"]))


def remind_jobs() -> QuerySet[CalendarJob]:
    return CalendarJob.objects.filter(kind="meeting.remind", state="queued").order_by("not_before")


def close(moment: dt.datetime, expected: dt.datetime) -> bool:
    return abs(moment - expected) < dt.timedelta(seconds=5)


def reminders() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(key__contains=":reminder:").order_by("id"))


@pytest.mark.spec("C28")
def test_reminders_go_to_the_guests_of_a_meeting_made_by_the_api_once(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    page, contact = page_and_contact
    meeting = reminded(page, contact, hs_meeting_location="Room 4")
    hour, half, week = remind_jobs()
    assert close(hour.not_before, slot(0) - dt.timedelta(hours=1))
    assert close(half.not_before, slot(0) - dt.timedelta(minutes=30))
    assert close(week.not_before, slot(1)), "a week before is past: it waits for a move"
    with time_machine.travel(slot(0) - dt.timedelta(minutes=59), tick=False):
        for _ in range(2):  # A worker that was killed before it said so runs it again.
            meeting_remind(hour)
    (mail,) = reminders()
    assert (mail.to, mail.subject, mail.reply_to) == ("jan@example.com", "Reminder: Kick-off", page.owner.email)
    for words in ("Europe/Warsaw", "Room 4", "Bring the plan."):
        assert words in mail.text
    assert str(meeting.pk) in mail.key


def meeting_change(meeting: Record, **properties: Any) -> None:
    """Somebody changes the record, and what follows its changes has run."""
    change = RecordChange(ObjectType.MEETING, record_id=meeting.pk, properties=properties)
    records_write(actor=system_actor(meeting.account_id), changes=[change])
    publish_once()
    changes_follow()


def moved(meeting: Record, number: int) -> None:
    meeting_change(meeting, hs_meeting_start_time=slot(number), hs_meeting_end_time=slot(number + 1))


def taken(job: CalendarJob) -> CalendarJob:
    """As by a worker: another one of its key may be queued from now on."""
    CalendarJob.objects.filter(pk=job.pk).update(state="running")
    return job


@pytest.mark.spec("C28")
@pytest.mark.parametrize("number", [-2, 5], ids=["earlier", "later"])
def test_reminders_follow_a_meeting_that_moves(page_and_contact: tuple[SchedulingPage, Record], number: int) -> None:
    meeting = reminded(*page_and_contact)
    moved(meeting, number)
    hour, half, week = remind_jobs()
    assert close(hour.not_before, slot(number) - dt.timedelta(hours=1))
    assert close(half.not_before, slot(number) - dt.timedelta(minutes=30))
    assert close(week.not_before, slot(number + 1)), "still past"
    with time_machine.travel(slot(number) - dt.timedelta(minutes=59), tick=False):
        meeting_remind(taken(hour))
    assert [mail.key.split(":")[2:4] for mail in reminders()] == [["reminder", f"{slot(number).timestamp():.0f}"]]


@pytest.mark.spec("C28")
def test_one_that_has_gone_out_or_was_past_is_due_again_when_the_meeting_moves_away(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    meeting = reminded(*page_and_contact)
    hour, *_others = remind_jobs()
    with time_machine.travel(slot(0) - dt.timedelta(minutes=59), tick=False):
        meeting_remind(taken(hour))
    far = 48 * 30
    moved(meeting, far)
    week, hour, half = remind_jobs()
    assert close(week.not_before, slot(far) - dt.timedelta(weeks=1))
    assert close(hour.not_before, slot(far) - dt.timedelta(hours=1))
    assert close(half.not_before, slot(far) - dt.timedelta(minutes=30))
    with time_machine.travel(slot(far) - dt.timedelta(minutes=59), tick=False):
        meeting_remind(taken(hour))
    assert len(reminders()) == 2


@pytest.mark.spec("C28")
def test_a_change_that_does_not_move_the_meeting_leaves_a_reminder_that_is_due(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    meeting = reminded(*page_and_contact)
    before = [job.not_before for job in remind_jobs()]
    with time_machine.travel(slot(0) - dt.timedelta(minutes=59), tick=False):
        meeting_change(meeting, hs_meeting_body="Bring the plan, too.")
    assert [job.not_before for job in remind_jobs()] == before


@pytest.mark.spec("C28")
def test_nobody_is_reminded_of_a_meeting_that_is_off_or_over(page_and_contact: tuple[SchedulingPage, Record]) -> None:
    meeting = reminded(*page_and_contact)
    meeting_change(meeting, hs_meeting_outcome="CANCELED")
    hour, half, _week = remind_jobs()
    with time_machine.travel(slot(0) - dt.timedelta(minutes=20), tick=False):
        meeting_remind(taken(hour))
    meeting_change(meeting, hs_meeting_outcome="SCHEDULED")
    with time_machine.travel(slot(1), tick=False):
        meeting_remind(taken(half))
    assert reminders() == []
    assert not remind_jobs().filter(unique_key=half.unique_key).exists(), "it is over"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"hs_meeting_start_time": "soon"}, 400),
        ({"hs_meeting_start_time": None}, 400),
        ({"hs_meeting_end_time": "2020-01-01T00:00:00Z"}, 400),
        ({"hs_meeting_outcome": "NO_SUCH_OUTCOME"}, 400),
        ({"no_such_property": "x"}, 400),
    ],
)
def test_a_meeting_that_does_not_hold_is_refused(
    page_and_contact: tuple[SchedulingPage, Record], change: dict[str, Any], status: int
) -> None:
    page, contact = page_and_contact
    before = Record.objects.count()
    body = meeting_body(contact.pk, **change)
    assert Api(page.account).post(f"calendar?organizerUserId={page.owner_id}", body).status_code == status
    assert Record.objects.count() == before


def test_a_meeting_of_a_stranger_or_with_a_strangers_record_is_not_found(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    page, contact = page_and_contact
    other = page_make()
    api = Api(other.account)
    assert api.post(f"calendar?organizerUserId={page.owner_id}", meeting_body(contact.pk)).status_code == 404
    assert api.post(f"calendar?organizerUserId={other.owner_id}", meeting_body(contact.pk)).status_code == 404
