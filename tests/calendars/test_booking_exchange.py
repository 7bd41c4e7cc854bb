"""Bookings of a host whose calendar is an Exchange mailbox: what is not as elsewhere (C8, C21), over real sockets."""

from __future__ import annotations

import pytest

from accounts.models import OutgoingEmail
from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, SchedulingPage
from calendars.services.clients import calendar_client
from connections.exceptions import GrantRevoked
from hubclone.lib.jobs.services import run_jobs
from sandbox.exchange.testing import ANNA
from sandbox.testing import Control
from tests.calendars.booking import at_once, book, slot
from tests.calendars.provider_bookings import GUEST, due, fresh, sync

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("side", ["exchange"], indirect=True)]


@pytest.mark.spec("C21")
def test_a_booking_is_in_exchange_with_its_guest_and_knows_its_event(booking: Booking, sandbox: Control) -> None:
    (item,) = sandbox.exchange.items(ANNA)
    assert (item["id"], item["start"]) == (booking.event_id, f"{slot(0):%Y-%m-%dT%H:%M:%SZ}")
    assert [guest["email"] for guest in item["required"]] == [GUEST]
    assert (booking.calendar_write, booking.sequence, booking.written_sequence) == (CalendarWrite.WRITTEN, 0, 0)
    mail = OutgoingEmail.objects.get(to=GUEST)
    assert f"UID:{item['uid']}" in mail.calendar.replace("\r\n ", "")


@pytest.mark.spec("A12")
def test_ten_workers_with_a_password_that_was_changed_tell_its_owner_once(
    page: SchedulingPage, sandbox: Control
) -> None:
    account = page.owner.calendar_accounts.select_related("connection").get()
    sandbox.exchange.password(account=ANNA, password="Another-2")  # noqa: S106

    def work() -> str:
        try:
            calendar_client(account).calendars()
        except GrantRevoked as error:
            return error.code
        return ""

    OutgoingEmail.objects.all().delete()
    assert set(at_once([work] * 10)) == {"GRANT_REVOKED"}
    assert OutgoingEmail.objects.filter(to=page.owner.email).count() == 1
    sandbox.requests_clear()
    assert work() == "GRANT_REVOKED"
    assert sandbox.requests() == {}


@pytest.mark.spec("C8")
def test_an_event_deleted_before_any_sync_saw_it_cancels_the_booking(page: SchedulingPage, sandbox: Control) -> None:
    booking = book(page)
    run_jobs()
    (item,) = sandbox.exchange.items(ANNA)
    sandbox.exchange.event_delete(id=item["id"])
    sync()
    assert fresh(booking).state == BookingState.CONFIRMED, "Exchange does not tell of what came and went between syncs"
    due("booking.event_look")
    run_jobs()
    assert fresh(booking).state == BookingState.CANCELLED
