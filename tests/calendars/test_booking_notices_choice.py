"""What a host hears of bookings follows their choices, and nothing is told twice whichever they are."""

from __future__ import annotations

import pytest

from accounts.models import Notification, NotificationChoice, OutgoingEmail
from calendars.models import SchedulingPage
from calendars.notification_kinds import BOOKING_CHANGED, BOOKING_REQUESTED
from calendars.services.booking_mail import booking_tell, event_failed_tell
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import book, page_make

pytestmark = pytest.mark.django_db


def choose(page: SchedulingPage, kind: str, *, in_app: bool, by_email: bool) -> None:
    NotificationChoice.objects.create(
        account=page.account, user=page.owner, kind=kind, in_app=in_app, by_email=by_email
    )


@pytest.mark.spec("A7")
def test_a_booking_is_told_to_its_host_by_email_and_under_the_bell() -> None:
    page = page_make()
    booking = book(page)
    run_jobs()
    told = Notification.objects.get()
    assert (told.user, told.kind) == (page.owner, BOOKING_CHANGED)
    assert told.url == f"/app/{page.account_id}/meetings/bookings/{booking.pk}/"
    mail = OutgoingEmail.objects.get(to=page.owner.email)
    assert (mail.key, mail.reply_to) == (told.key, booking.guest_email)
    booking.refresh_from_db()
    booking_tell(booking)
    assert (Notification.objects.count(), OutgoingEmail.objects.count()) == (1, 2)


@pytest.mark.spec("A7")
@pytest.mark.parametrize(("in_app", "by_email"), [(True, False), (False, True), (False, False)])
def test_a_host_who_chose_hears_there_alone_and_the_guest_as_ever(in_app: bool, by_email: bool) -> None:
    page = page_make()
    choose(page, BOOKING_CHANGED, in_app=in_app, by_email=by_email)
    booking = book(page)
    run_jobs()
    booking.refresh_from_db()
    booking_tell(booking)
    assert Notification.objects.count() == in_app
    assert OutgoingEmail.objects.filter(to=page.owner.email).count() == by_email
    assert OutgoingEmail.objects.filter(to=booking.guest_email).count() == 1


@pytest.mark.spec("A7")
def test_a_request_is_a_kind_of_its_own() -> None:
    page = page_make(connected=False)
    choose(page, BOOKING_CHANGED, in_app=False, by_email=False)
    book(page)
    run_jobs()
    assert Notification.objects.get().kind == BOOKING_REQUESTED
    assert OutgoingEmail.objects.filter(to=page.owner.email).count() == 1


def test_an_event_that_failed_is_told_once() -> None:
    booking = book(page_make())
    for _again in range(2):
        event_failed_tell(booking)
    assert Notification.objects.filter(kind="booking.event_failed").count() == 1
    assert OutgoingEmail.objects.filter(key=f"booking:{booking.pk}:event_failed:owner").count() == 1
