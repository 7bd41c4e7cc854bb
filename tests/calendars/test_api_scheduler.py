"""The scheduler API over real HTTP, driven by the official SDK where that can."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hubspot import HubSpot
from pytest_django.live_server_helper import LiveServer

from calendars.choices import BookingSource, PageState
from calendars.models import Booking, BusyInterval, Calendar
from calendars.providers.protocol import Unreadable
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import account_make, page_make, slot
from tests.calendars.memory import MEMORY, memory_reset
from tests.calendars.scheduler_api import ROOT, Api, token_of, wish
from tests.state import database_fingerprint


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


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
