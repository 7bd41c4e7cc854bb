"""What guests and hosts read of a booking: where it is, what has become of it, and when, in their own language."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import OutgoingEmail
from calendars.choices import BookingState, ChangedBy, LocationKind
from calendars.guest_links import manage_token
from calendars.models import Booking
from calendars.services.booking_changes import booking_cancel
from calendars.services.connect import calendar_disconnected
from calendars.words import DASH, span_words
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import HALF_HOUR, book, page_make
from tests.calendars.memory import memory_reset
from tests.calendars.test_booking_pages import booking_url, client_of, host_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def guest_page(booking: Booking) -> str:
    return Client().get(f"/meetings/-/manage/{manage_token(booking)}/").content.decode()


def host_page(booking: Booking, name: str = "booking") -> str:
    return client_of(host_of(booking.page)).get(booking_url(booking, name)).content.decode()


@pytest.mark.spec("C4", "C23")
@pytest.mark.parametrize(
    ("state", "guest_reads", "host_reads"),
    [
        (BookingState.DECLINED, "Anna Nowak cannot make it.", "This request was declined."),
        (BookingState.EXPIRED, "Anna Nowak has not answered in time", "Nobody answered this request"),
    ],
)
def test_a_request_that_came_to_nothing_says_why_to_both_sides(
    state: BookingState, guest_reads: str, host_reads: str
) -> None:
    booking = book(page_make(connected=False))
    assert guest_reads not in guest_page(booking)
    Booking.objects.update(state=state)
    assert guest_reads in guest_page(booking)
    assert host_reads in host_page(booking)


@pytest.mark.spec("C23")
@pytest.mark.parametrize(
    ("by", "words"), [(ChangedBy.OWNER, "Anna Nowak has cancelled it."), (ChangedBy.GUEST, "You have cancelled it.")]
)
def test_a_guest_reads_who_has_cancelled_and_why(by: ChangedBy, words: str) -> None:
    booking = book(page_make())
    actor = actor_of(host_of(booking.page))
    booking_cancel(actor=actor, booking=booking, by=by, reason="Flu, sorry", sequence=0)
    page = guest_page(booking)
    assert words in page
    assert "Flu, sorry" in page


@pytest.mark.spec("C4")
def test_declining_a_request_is_asked_about_first() -> None:
    page = host_page(book(page_make(connected=False)))
    action = page.index("/decline/")
    assert page.rindex("<dialog", 0, action) > page.rindex("</dialog>", 0, action)
    assert "Jan Kowalski is told by email" in page[action:]


@pytest.mark.spec("C21")
def test_a_number_to_call_is_no_place_and_is_told_once() -> None:
    fields = [{"name": "phone", "label": "Phone number", "required": True}]
    booking = book(
        page_make(form_fields=fields, location_kind=LocationKind.CALL_GUEST), answers={"phone": "+48 600 700 800"}
    )
    run_jobs()
    assert "Anna Nowak calls you at +48 600 700 800." in guest_page(booking)
    for mail in OutgoingEmail.objects.all():
        assert "By phone: +48 600 700 800" in mail.text
        assert "Where:" not in mail.text
        assert mail.text.count("+48 600 700 800") == 1


def test_a_time_stays_on_one_line_and_has_no_capital_in_the_middle_of_a_sentence() -> None:
    start = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
    with translation.override("pl"):
        words = span_words(start, start + HALF_HOUR)
    assert words == f"środa, 25 listopada 2026, 09:00{DASH}09:30"
    assert not {" ", "-"} & set(DASH)


@pytest.mark.spec("C1", "C23")
def test_a_meeting_in_a_calendar_that_was_removed_says_what_to_do_by_hand() -> None:
    booking = book(page_make())
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar is not None
    calendar_disconnected(booking.calendar.calendar_account.connection)
    assert "In a calendar that is not connected any more" in host_page(booking)
    assert "please delete it there by hand" in host_page(booking, "booking_cancel")
    booking = Booking.objects.select_related("page__owner", "page__account").get()
    booking_cancel(actor=actor_of(host_of(booking.page)), booking=booking, by=ChangedBy.GUEST, sequence=0)
    run_jobs()
    told = OutgoingEmail.objects.filter(to=booking.page.owner.email).order_by("-id")[0]
    assert "please delete it there by hand" in told.text
    assert "This cancelled meeting is still in your calendar" in host_page(booking)


@pytest.mark.spec("C1")
def test_a_calendar_can_be_replaced_by_another_kind() -> None:
    page = page_make()
    settings = client_of(host_of(page)).get(reverse("calendars:settings", args=[page.account_id])).content.decode()
    assert f'href="{reverse("calendars:connect_choose", args=[page.account_id])}">Replace' in settings


@pytest.mark.spec("C27")
def test_the_file_of_meetings_is_in_one_language() -> None:
    booking = book(page_make())
    Booking.objects.update(created_at=timezone.now())
    url = reverse("calendars:bookings_csv", args=[booking.account_id])
    answer = client_of(host_of(booking.page)).get(url, HTTP_ACCEPT_LANGUAGE="pl")
    with translation.override("en"):
        text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Potwierdzono" in text
    assert "Confirmed" not in text
