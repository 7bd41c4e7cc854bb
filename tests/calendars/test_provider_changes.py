"""What may happen between us and a provider after it was connected: conflicts, new tokens, other servers (A12, C23)."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Membership, OutgoingEmail
from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.exceptions import SlotTaken
from calendars.models import BusyInterval, Calendar, SchedulingPage
from calendars.services.booking_changes import booking_move
from calendars.services.clients import calendar_client
from calendars.services.sync import calendar_sync
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.services.tokens import access_token_get
from hubclone.lib.errors import TransientError
from hubclone.lib.jobs.services import run_jobs
from sandbox.exchange.testing import EWS_PATH
from tests.calendars.booking import book, slot, visitor
from tests.calendars.provider_bookings import due, fresh, sync
from tests.calendars.provider_contract import soon
from tests.calendars.sides import BUSY, CREATE, PUSHING, UPDATE, Side
from tests.connections.exchange import exchange_connected
from tests.connections.google import token_expire

pytestmark = [pytest.mark.django_db(transaction=True)]
CONFLICTS: dict[str, list[dict[str, Any]]] = {
    "google": [{"status": 412}, {"status": 503}],
    "microsoft": [{"status": 412}, {"status": 409}],
    "exchange": [{"status": 500, "reason": "ErrorIrresolvableConflict"}, {"status": 503}],
}


HTML = "<!DOCTYPE html><html><body>Sign in to the Wi-Fi</body></html>"
NONSENSE = [pytest.param({"cut": True}, id="cut"), pytest.param({"status": 200, "body": HTML}, id="html")]


@pytest.mark.spec("C22")
@pytest.mark.parametrize("fault", NONSENSE)
def test_nonsense_instead_of_free_busy_leaves_it_to_what_is_stored(
    side: Side, page: SchedulingPage, fault: dict[str, Any]
) -> None:
    side.make(slot(2))
    sync()
    side.fault(BUSY, times=0, **fault)
    with pytest.raises(SlotTaken):
        book(page, slot(2))
    assert book(page, slot(4)).state == BookingState.CONFIRMED


@pytest.mark.spec("C21")
@pytest.mark.parametrize("fault", [*NONSENSE, pytest.param({"status": 503, "after": True}, id="503-after")])
def test_an_event_whose_answer_makes_no_sense_is_made_once(
    side: Side, page: SchedulingPage, fault: dict[str, Any]
) -> None:
    side.fault(CREATE, times=2, **fault)
    booking = book(page)
    for _ in range(3):
        run_jobs()
        due("booking.event_create")
    run_jobs()
    assert were_met(side)
    written = fresh(booking)
    assert (written.calendar_write, [written.event_id]) == (CalendarWrite.WRITTEN, side.events())


def were_met(side: Side) -> bool:
    """Whether each fault that was ordered has met a call."""
    return all(fault["hits"] for fault in side.control.state("faults")["faults"])


@pytest.mark.spec("C23")
def test_an_event_that_changes_while_we_change_it_is_where_our_guest_put_it_in_the_end(
    side: Side, page: SchedulingPage
) -> None:
    booking = book(page)
    run_jobs()
    for fault in CONFLICTS[side.key]:
        side.fault(UPDATE, **fault)
    booking_move(actor=visitor(page), booking=fresh(booking), starts_at=slot(6), by=ChangedBy.GUEST)
    for _ in range(3):
        run_jobs()
        due("booking.event_update")
    run_jobs()
    assert were_met(side)
    moved = fresh(booking)
    assert (side.starts(), moved.starts_at) == ([slot(6)], slot(6))
    assert moved.written_sequence == moved.sequence == 1
    assert Connection.objects.get().state == ConnectionState.ACTIVE


@pytest.mark.spec("A12")
@pytest.mark.parametrize("side", ["google"], indirect=True)
def test_a_new_refresh_token_is_kept_and_used_the_next_time(side: Side, member: Membership) -> None:
    """Google hands out a new one seldom, and may at any time."""
    connection = side.connect_only(member).connection
    token_expire(connection)
    answer = {"access_token": "ya29.fresh", "refresh_token": "1//another", "expires_in": 3600, "token_type": "Bearer"}
    side.control.fault(provider="google", path="/token$", status=200, body=answer)
    assert access_token_get(connection_id=connection.pk).token == "ya29.fresh"  # noqa: S105
    kept = Connection.objects.defer(None).get().credentials
    assert kept == {"access_token": "ya29.fresh", "refresh_token": "1//another"}
    token_expire(connection)
    with pytest.raises(GrantRevoked):  # the stand-in has never heard of it, so this is what was sent
        access_token_get(connection_id=connection.pk)


@pytest.mark.spec("A12")
@pytest.mark.parametrize("fault", [*NONSENSE, pytest.param({"status": 429}, id="429")])
@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_nonsense_instead_of_a_token_is_no_reason_to_ask_the_owner(
    side: Side, member: Membership, fault: dict[str, Any]
) -> None:
    connection = side.connect_only(member).connection
    token_expire(connection)
    side.control.fault(provider=side.key, path="/token$", times=0, **fault)
    with pytest.raises(TransientError):
        access_token_get(connection_id=connection.pk)
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    assert not OutgoingEmail.objects.exists()
    side.control.clear()
    assert access_token_get(connection_id=connection.pk).token


@pytest.mark.spec("C7")
@pytest.mark.parametrize("side", ["exchange"], indirect=True)
def test_a_certificate_that_is_not_trusted_any_more_is_a_passing_error(
    side: Side, member: Membership, settings: Settings
) -> None:
    settings.EXCHANGE_CA_FILE = side.server.ca_file
    calendar_account = exchange_connected(member, side.server, url=f"{side.server.https_url}{EWS_PATH}")
    assert calendar_client(calendar_account).calendars()
    settings.EXCHANGE_CA_FILE = ""
    with pytest.raises(TransientError) as caught:
        calendar_client(calendar_account).calendars()
    assert caught.value.code == "PROVIDER_UNREACHABLE"
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    assert not OutgoingEmail.objects.exists()


@pytest.mark.spec("C7")
@pytest.mark.parametrize("side", ["exchange"], indirect=True)
@pytest.mark.parametrize(("before", "after"), [("2010 SP2", "2019"), ("2019", "2013"), ("2016", "2010 SP2")])
def test_a_server_that_is_of_another_version_today_is_read_as_before(
    side: Side, member: Membership, before: str, after: str
) -> None:
    side.control.exchange.version(before)
    calendar = side.calendar(member)
    calendar_sync(calendar_id=calendar.pk)
    side.control.exchange.version(after)
    side.make(soon())
    calendar_sync(calendar_id=calendar.pk)
    assert BusyInterval.objects.count() == 1
    assert Calendar.objects.get(pk=calendar.pk).last_error_code == ""
