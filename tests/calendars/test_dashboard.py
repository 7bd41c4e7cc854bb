"""Figures of meetings, their outcomes, and the file (C27)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry
from calendars.choices import BookingState, MeetingOutcome
from calendars.models import Booking, SchedulingPage
from calendars.selectors.dashboard import page_figures, weeks_total
from crm.models import PropertyChange, Record
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import HALF_HOUR, book, page_make, slot
from tests.calendars.memory import memory_reset
from tests.calendars.test_booking_pages import booking_url, client_of, host_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C27")]
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def over(page: SchedulingPage, number: int, *, ago: dt.timedelta, **guest: str) -> Booking:
    """A meeting that ended so long ago."""
    booking = book(page, slot(number), **guest)
    end = timezone.now() - ago
    Booking.objects.filter(pk=booking.pk).update(starts_at=end - HALF_HOUR, ends_at=end)
    booking.refresh_from_db()
    return booking


def say(client: Client, booking: Booking, outcome: str) -> int:
    return client.post(booking_url(booking, "booking_outcome"), {"outcome": outcome}).status_code


def outcome_of(booking: Booking) -> str:
    return str(Record.objects.get(pk=booking.meeting_id or 0).properties["hs_meeting_outcome"])


def test_each_page_counts_what_became_of_its_meetings() -> None:
    page = page_make()
    host = host_of(page)
    client = client_of(host)
    book(page, slot(0))
    held, missed, silent = (over(page, n, ago=dt.timedelta(days=n)) for n in (1, 2, 3))
    cancelled = book(page, slot(4))
    Booking.objects.filter(pk=cancelled.pk).update(state=BookingState.CANCELLED)
    assert say(client, held, MeetingOutcome.HELD) == 302
    assert say(client, missed, MeetingOutcome.NO_SHOW) == 302
    now = timezone.now()
    (found,) = page_figures(account_id=page.account_id, user_id=host.user_id, now=now, zone=WARSAW)
    counted = (found.upcoming, found.held, found.no_show, found.unanswered, found.cancelled, found.total)
    assert counted == (1, 1, 1, 1, 1, 5)
    assert outcome_of(silent) == "SCHEDULED"
    html = client.get(reverse("calendars:dashboard", args=[page.account_id])).content.decode()
    assert page.name in html
    past = client.get(reverse("calendars:bookings", args=[page.account_id]), {"show": "past"}).content.decode()
    assert "No-show" in past


def test_a_week_begins_on_monday_by_the_readers_clock() -> None:
    page = page_make()
    host = host_of(page)
    booking = book(page, slot(0))
    late_sunday_utc = dt.datetime(2026, 11, 1, 23, 30, tzinfo=dt.UTC)  # Monday, 00:30 in Warsaw
    Booking.objects.filter(pk=booking.pk).update(starts_at=late_sunday_utc, ends_at=late_sunday_utc + HALF_HOUR)
    now = dt.datetime(2026, 11, 12, 12, tzinfo=dt.UTC)

    def weeks(zone: str) -> dict[dt.date, int]:
        pages = page_figures(account_id=page.account_id, user_id=host.user_id, now=now, zone=ZoneInfo(zone))
        return {week.starts_on: week.count for week in weeks_total(pages) if week.count}

    assert weeks("Europe/Warsaw") == {dt.date(2026, 11, 2): 1}
    assert weeks("UTC") == {dt.date(2026, 10, 26): 1}


def test_an_outcome_is_kept_on_the_meeting_with_its_history_and_audit() -> None:
    page = page_make()
    host = host_of(page)
    booking = over(page, 1, ago=dt.timedelta(hours=2))
    client = client_of(host)
    say(client, booking, MeetingOutcome.NO_SHOW)
    say(client, booking, MeetingOutcome.HELD)
    assert outcome_of(booking) == "COMPLETED"
    history = PropertyChange.objects.filter(record_id=booking.meeting_id or 0, name="hs_meeting_outcome").order_by("id")
    assert list(history.values_list("value", flat=True)) == ["SCHEDULED", "NO_SHOW", "COMPLETED"]
    assert AuditEntry.objects.filter(action="booking.outcome_set", target_id=str(booking.pk)).count() == 2


@pytest.mark.parametrize("case", ["ahead", "cancelled", "deleted", "unknown"])
def test_what_has_no_outcome_takes_none(case: str) -> None:
    page = page_make()
    booking = book(page, slot(0)) if case == "ahead" else over(page, 1, ago=dt.timedelta(hours=2))
    if case == "cancelled":
        Booking.objects.filter(pk=booking.pk).update(state=BookingState.CANCELLED)
    if case == "deleted":
        Booking.objects.filter(pk=booking.pk).update(meeting=None)
    client = client_of(host_of(page))
    assert say(client, booking, "HELD" if case == "unknown" else MeetingOutcome.HELD) == (
        400 if case == "unknown" else 302
    )
    assert Record.objects.get(pk=booking.meeting_id or 0).properties["hs_meeting_outcome"] == "SCHEDULED"
    assert not AuditEntry.objects.filter(action="booking.outcome_set").exists()


def test_another_hosts_meeting_is_not_there() -> None:
    page = page_make()
    booking = over(page, 1, ago=dt.timedelta(hours=2))
    colleague = client_of(MembershipFactory(account=page.account, super_admin=True))
    assert say(colleague, booking, MeetingOutcome.HELD) == 404
    assert outcome_of(booking) == "SCHEDULED"
    url = reverse("calendars:bookings_csv", args=[page.account_id])
    assert booking.guest_email not in b"".join(colleague.get(url).streaming_content).decode()  # type: ignore[attr-defined]


def test_the_file_has_every_meeting_and_no_formula() -> None:
    page = page_make()
    host = host_of(page)
    client = client_of(host)
    held = over(page, 1, ago=dt.timedelta(days=1), first_name="=SUM(A1)", email="first@example.com")
    book(page, slot(0), email="second@example.com")
    say(client, held, MeetingOutcome.HELD)
    answer = client.get(reverse("calendars:bookings_csv", args=[page.account_id]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    ahead, past = csv.DictReader(io.StringIO(text))
    assert (ahead["Email"], ahead["Outcome"]) == ("second@example.com", "")
    assert (past["Email"], past["Outcome"], past["First name"]) == ("first@example.com", "Held", "'=SUM(A1)")
    assert dt.datetime.fromisoformat(past["Starts"]).utcoffset() is not None


def test_the_figures_take_two_queries_whatever_they_hold(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    page = page_make()
    for number in range(4):
        book(page, slot(number))
    with django_assert_num_queries(2):
        page_figures(account_id=page.account_id, user_id=page.owner_id, now=timezone.now(), zone=WARSAW)


@pytest.mark.parametrize("name", ["calendars:pages", "calendars:bookings", "calendars:dashboard", "crm:meetings"])
def test_the_pages_of_meetings_lead_to_one_another_and_to_every_meeting_of_the_account(name: str) -> None:
    host = host_of(page_make())
    url = reverse(name, args=[host.account_id])
    text = client_of(host).get(url).content.decode()
    tabs = text[text.index('class="tabs"') :]
    tabs = tabs[: tabs.index("</nav>")]
    for other in ("calendars:pages", "calendars:bookings", "calendars:dashboard", "crm:meetings"):
        assert f'href="{reverse(other, args=[host.account_id])}"' in tabs
    assert f'href="{url}" aria-current="page"' in tabs
