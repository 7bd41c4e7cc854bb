"""Bookings of a host whose calendar is an Exchange mailbox, both ways (C8, C21–C25), over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import OutgoingEmail
from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import Booking, Reservation, SchedulingPage
from calendars.services.booking_changes import booking_cancel, booking_move
from calendars.services.clients import calendar_client
from connections.exceptions import GrantRevoked
from hubclone.lib.jobs.services import run_jobs
from sandbox.exchange.testing import ANNA
from sandbox.testing import Control, SandboxServer
from tests.calendars.booking import account_make, at_once, book, page_make, slot, visitor
from tests.calendars.provider_bookings import GUEST, due, fresh, sync
from tests.connections.exchange import exchange_connected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(sandbox: Control, sandbox_server: SandboxServer) -> Iterator[SchedulingPage]:
    """A page whose owner has connected Exchange; everything is synced."""
    sandbox.exchange.auth("basic")
    account = account_make()
    exchange_connected(account.memberships.select_related("user").get(), sandbox_server)
    run_jobs()
    yield page_make(account, connected=False)
    sandbox.clear()


@pytest.fixture
def booking(page: SchedulingPage) -> Booking:
    made = book(page)
    run_jobs()
    sync()
    return fresh(made)


def items(sandbox: Control) -> list[dict[str, Any]]:
    return [item for item in sandbox.exchange.items(ANNA) if not item["deleted"]]


@pytest.mark.spec("C21")
def test_a_booking_is_in_exchange_with_its_guest_and_knows_its_event(booking: Booking, sandbox: Control) -> None:
    (item,) = items(sandbox)
    assert (item["id"], item["start"]) == (booking.event_id, f"{slot(0):%Y-%m-%dT%H:%M:%SZ}")
    assert [guest["email"] for guest in item["required"]] == [GUEST]
    assert (booking.calendar_write, booking.sequence, booking.written_sequence) == (CalendarWrite.WRITTEN, 0, 0)
    mail = OutgoingEmail.objects.get(to=GUEST)
    assert f"UID:{item['uid']}" in mail.calendar.replace("\r\n ", "")


@pytest.mark.spec("C22")
def test_an_event_made_a_moment_ago_in_exchange_is_respected(page: SchedulingPage, sandbox: Control) -> None:
    sandbox.exchange.event_create(calendar=ANNA, start=slot(0).isoformat(), end=slot(1).isoformat())
    with pytest.raises(SlotTaken):
        book(page, slot(0))


@pytest.mark.spec("C21")
@pytest.mark.parametrize(
    "fault",
    [{"status": 503}, {"disconnect": True}, {"status": 500, "after": True}, {"disconnect": True, "after": True}],
    ids=["busy", "dropped", "500-after", "dropped-after"],
)
def test_a_fault_at_the_event_ends_in_one_event(page: SchedulingPage, sandbox: Control, fault: dict[str, Any]) -> None:
    sandbox.fault(provider="exchange", method="CreateItem", times=2, **fault)
    booking = book(page)
    for _ in range(4):
        due("booking.event_create")
        run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.WRITTEN
    assert [item["id"] for item in items(sandbox)] == [booking.event_id]
    assert OutgoingEmail.objects.filter(to=GUEST).count() == 1
    assert len(sandbox.exchange.state(limit=0)["invitations"]) == 1


@pytest.mark.spec("C25", "A12")
def test_a_password_changed_before_the_booking_makes_the_host_unavailable(
    page: SchedulingPage, sandbox: Control
) -> None:
    sandbox.exchange.password(account=ANNA, password="Another-2")  # noqa: S106
    with pytest.raises(HostUnavailable):
        book(page)


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
def test_an_event_moved_in_exchange_moves_the_booking_and_tells_the_guest_once(
    booking: Booking, sandbox: Control
) -> None:
    sandbox.exchange.event_move(id=booking.event_id, start=slot(6).isoformat(), end=slot(7).isoformat())
    for _ in range(2):
        sync()
    moved = fresh(booking)
    assert (moved.starts_at, moved.ends_at, moved.changed_by) == (slot(6), slot(7), ChangedBy.CALENDAR)
    assert Reservation.objects.get().during.lower == slot(6)
    assert OutgoingEmail.objects.filter(to=GUEST).count() == 2


@pytest.mark.spec("C8")
def test_an_event_deleted_in_exchange_cancels_the_booking(booking: Booking, sandbox: Control) -> None:
    sandbox.exchange.event_delete(id=booking.event_id)
    sync()
    gone = fresh(booking)
    assert (gone.state, gone.cancelled_by) == (BookingState.CANCELLED, ChangedBy.CALENDAR)
    assert not Reservation.objects.get().active


@pytest.mark.spec("C23")
def test_what_a_guest_changes_is_written_to_exchange_and_comes_back_as_our_own(
    booking: Booking, sandbox: Control
) -> None:
    guest = visitor(booking.page)
    booking_move(actor=guest, booking=booking, starts_at=slot(4), by=ChangedBy.GUEST)
    run_jobs()
    sync()
    moved = fresh(booking)
    assert (moved.starts_at, moved.sequence, moved.written_sequence) == (slot(4), 1, 1)
    (item,) = items(sandbox)
    assert item["start"] == f"{slot(4):%Y-%m-%dT%H:%M:%SZ}"
    booking_cancel(actor=guest, booking=moved, by=ChangedBy.GUEST)
    run_jobs()
    assert items(sandbox) == []
    assert fresh(booking).calendar_write == CalendarWrite.REMOVED


@pytest.mark.spec("C23")
def test_a_booking_cancelled_before_its_event_was_known_leaves_none_behind(
    page: SchedulingPage, sandbox: Control
) -> None:
    sandbox.fault(provider="exchange", method="CreateItem", disconnect=True, after=True)
    booking = book(page)
    run_jobs()
    assert len(items(sandbox)) == 1
    booking_cancel(actor=visitor(page), booking=booking, by=ChangedBy.GUEST)
    for kind in ("booking.event_create", "booking.event_delete"):
        due(kind)
        run_jobs()
    assert items(sandbox) == []


@pytest.mark.spec("C8")
def test_an_event_deleted_before_any_sync_saw_it_cancels_the_booking(page: SchedulingPage, sandbox: Control) -> None:
    booking = book(page)
    run_jobs()
    (item,) = items(sandbox)
    sandbox.exchange.event_delete(id=item["id"])
    sync()
    assert fresh(booking).state == BookingState.CONFIRMED, "Exchange does not tell of what came and went between syncs"
    due("booking.event_look")
    run_jobs()
    assert fresh(booking).state == BookingState.CANCELLED
