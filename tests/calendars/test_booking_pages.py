"""The host's pages: what was booked with them, and the answer to a request."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, SchedulingPage
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import HALF_HOUR, account_make, book, page_make, slot
from tests.calendars.memory import memory_reset

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def client_of(membership: Membership) -> Client:
    client = Client()
    client.force_login(membership.user)
    return client


def host_of(page: SchedulingPage) -> Membership:
    return page.account.memberships.select_related("user").get(user=page.owner)


def list_url(page: SchedulingPage) -> str:
    return reverse("calendars:bookings", args=[page.account_id])


def booking_url(booking: Booking, name: str = "booking") -> str:
    return reverse(f"calendars:{name}", args=[booking.account_id, booking.pk])


@pytest.mark.spec("C21")
def test_upcoming_and_past_meetings_are_listed_each_on_its_tab() -> None:
    page = page_make()
    book(page, slot(1), first_name="Later")
    book(page, slot(0), first_name="Sooner")
    over = book(page, slot(2), first_name="Over")
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    Booking.objects.filter(pk=over.pk).update(starts_at=start, ends_at=start + HALF_HOUR)
    client = client_of(host_of(page))
    upcoming = client.get(list_url(page)).content.decode()
    assert upcoming.index("Sooner") < upcoming.index("Later")
    assert "Over" not in upcoming
    past = client.get(list_url(page), {"show": "past"}).content.decode()
    assert "Over" in past
    assert "Sooner" not in past
    assert "<title>Upcoming meetings" in upcoming
    assert "<title>Past meetings" in past


def test_the_lists_page_and_a_made_up_address_leads_back() -> None:
    page = page_make()
    for number in range(51):
        book(page, slot(number))
    client = client_of(host_of(page))
    first = client.get(list_url(page))
    assert len(first.context["page"].items) == 50
    second = client.get(list_url(page) + first.context["next_url"])
    assert len(second.context["page"].items) == 1
    assert client.get(list_url(page), {"after": "nonsense"}).status_code == 302


def test_the_list_takes_few_queries_however_long_it_is(django_assert_max_num_queries: object) -> None:
    page = page_make()
    for number in range(20):
        book(page, slot(number))
    client = client_of(host_of(page))
    client.get(list_url(page))
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        client.get(list_url(page))


def test_empty_lists_say_what_to_do() -> None:
    page = page_make()
    client = client_of(host_of(page))
    assert b"No meetings ahead" in client.get(list_url(page)).content
    assert b"Nothing is over yet" in client.get(list_url(page), {"show": "past"}).content


def test_markup_in_a_guests_name_and_answers_stays_text() -> None:
    page = page_make(form_fields=[{"name": "message", "label": "Message"}])
    booking = book(page, first_name="<b>Jan</b>", answers={"message": "<img src=x onerror=alert(1)>"})
    body = client_of(host_of(page)).get(booking_url(booking)).content.decode()
    assert "<b>Jan" not in body
    assert "<img src=x" not in body
    assert "&lt;img src=x" in body


@pytest.mark.spec("C21")
def test_a_booking_links_to_its_meeting_and_contact() -> None:
    page = page_make()
    booking = book(page)
    body = client_of(host_of(page)).get(booking_url(booking)).content.decode()
    for record_id, objects in ((booking.meeting_id, "meetings"), (booking.contact_id, "contacts")):
        assert reverse("crm:record", args=[page.account_id, objects, record_id]) in body


def test_a_booking_that_is_not_in_the_calendar_says_so_with_what_to_do() -> None:
    page = page_make()
    booking = book(page)
    Booking.objects.update(calendar_write=CalendarWrite.FAILED)
    assert b"could not be written to your calendar" in client_of(host_of(page)).get(booking_url(booking)).content


@pytest.mark.spec("C4")
@pytest.mark.parametrize(("answer", "state"), [("booking_confirm", "confirmed"), ("booking_decline", "declined")])
def test_a_request_is_answered_on_its_page_once(answer: str, state: str) -> None:
    page = page_make(connected=False)
    booking = book(page)
    client = client_of(host_of(page))
    assert b"waits for your answer" in client.get(booking_url(booking)).content
    assert client.get(booking_url(booking, answer)).headers["Location"] == booking_url(booking), "to look is no answer"
    booking.refresh_from_db()
    assert booking.state == "requested"
    client.post(booking_url(booking, answer))
    booking.refresh_from_db()
    assert booking.state == state
    again = client.post(booking_url(booking, "booking_decline"), follow=True)
    assert b"has been answered already" in again.content
    booking.refresh_from_db()
    assert booking.state == state


@pytest.mark.spec("A1", "C4")
def test_a_colleague_who_is_not_the_host_finds_nothing() -> None:
    page = page_make(connected=False)
    booking = book(page)
    colleague = client_of(MembershipFactory(account=page.account, super_admin=True))
    for name in ("booking", "booking_confirm", "booking_decline"):
        method = colleague.get if name == "booking" else colleague.post
        assert method(booking_url(booking, name)).status_code == 404
    booking.refresh_from_db()
    assert booking.state == BookingState.REQUESTED
    assert b"No meetings ahead" in colleague.get(list_url(page)).content


@pytest.mark.spec("A1")
def test_another_accounts_booking_is_not_found_under_ones_own() -> None:
    booking = book(page_make())
    mine = account_make().memberships.select_related("user").get()
    url = reverse("calendars:booking", args=[mine.account_id, booking.pk])
    assert client_of(mine).get(url).status_code == 404


def test_a_meetings_record_says_in_words_where_it_comes_from() -> None:
    page = page_make()
    url = reverse("crm:record", args=[page.account_id, "meetings", book(page).meeting_id])
    html = client_of(host_of(page)).get(url).content.decode()
    assert "Booked on a scheduling page" in html
    assert "MEETINGS_PUBLIC" not in html
