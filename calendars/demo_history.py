"""The demo's meetings of the last weeks, with what became of them, so that the dashboard has something to show."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.demo import TIME_ZONE, DemoContext
from accounts.models import User
from calendars.choices import BookingState, ChangedBy, MeetingOutcome, PageKind
from calendars.models import Booking, Reservation, SchedulingPage
from calendars.selectors.hosts import names_words
from calendars.selectors.pages import pages_of
from calendars.services.booking_calendar import event_plan
from calendars.services.booking_records import meeting_follow, meeting_write
from calendars.services.outcomes import outcome_set
from crm.demo import PEOPLE

HELD, MISSED, CANCELLED, UNANSWERED = "held", "missed", "cancelled", "unanswered"
_OUTCOMES = {HELD: MeetingOutcome.HELD, MISSED: MeetingOutcome.NO_SHOW}
_OWN, _GROUP, _ROBIN = PageKind.PERSONAL, PageKind.GROUP, PageKind.ROUND_ROBIN
MEETINGS: tuple[tuple[int, int, int, PageKind, int, str], ...] = (
    (11, 1, 10, _OWN, 0, HELD),
    (10, 1, 11, _OWN, 1, HELD),
    (10, 3, 14, _OWN, 2, MISSED),
    (9, 0, 10, _GROUP, 3, HELD),
    (9, 2, 13, _OWN, 4, HELD),
    (8, 1, 11, _OWN, 5, HELD),
    (8, 4, 15, _ROBIN, 0, HELD),
    (7, 2, 10, _OWN, 3, MISSED),
    (7, 3, 14, _OWN, 1, HELD),
    (7, 4, 11, _GROUP, 2, CANCELLED),
    (6, 0, 12, _OWN, 0, HELD),
    (6, 1, 15, _ROBIN, 4, HELD),
    (6, 3, 10, _OWN, 2, HELD),
    (5, 0, 11, _OWN, 2, HELD),
    (5, 2, 14, _OWN, 5, CANCELLED),
    (5, 3, 10, _GROUP, 0, HELD),
    (4, 1, 10, _OWN, 5, CANCELLED),
    (4, 2, 13, _OWN, 3, HELD),
    (4, 3, 11, _OWN, 1, HELD),
    (4, 4, 15, _ROBIN, 1, MISSED),
    (3, 0, 11, _OWN, 4, HELD),
    (3, 2, 10, _OWN, 0, HELD),
    (3, 2, 15, _ROBIN, 3, HELD),
    (3, 4, 12, _OWN, 5, MISSED),
    (2, 0, 10, _OWN, 1, HELD),
    (2, 1, 11, _GROUP, 3, HELD),
    (2, 3, 14, _OWN, 4, HELD),
    (2, 4, 15, _ROBIN, 2, HELD),
    (1, 0, 10, _ROBIN, 3, HELD),
    (1, 1, 14, _OWN, 3, HELD),
    (1, 2, 11, _OWN, 1, UNANSWERED),
    (1, 3, 13, _GROUP, 4, UNANSWERED),
    (1, 4, 10, _OWN, 0, HELD),
)
"""How many weeks ago, the day (0: Monday), the hour, the page, which of the demo's people, and what became of it."""


@transaction.atomic
def history_make(context: DemoContext) -> None:
    """Make them once, and only where nobody has booked yet: they might take a time that is taken."""
    if Booking.objects.filter(account=context.account).exists():
        return
    pages = {page.kind: page for page in pages_of(account_id=context.account.pk, user_id=context.admin.pk)}
    zone = ZoneInfo(TIME_ZONE)
    today = timezone.localdate(timezone=zone)
    monday = today - dt.timedelta(days=today.weekday())
    for weeks, day, hour, kind, person, became in MEETINGS:
        if page := pages.get(kind):
            date = monday + dt.timedelta(days=day, weeks=-weeks)
            starts_at = dt.datetime.combine(date, dt.time(hour), zone).astimezone(dt.UTC)
            _make(context, page, starts_at, person, became)


def _make(context: DemoContext, page: SchedulingPage, starts_at: dt.datetime, person: int, became: str) -> None:
    booking = _booking(context, page, starts_at, person)
    event_plan(booking, None)
    meeting_write(actor=context.actor, booking=booking)
    booking.save()
    Booking.objects.filter(pk=booking.pk).update(created_at=starts_at - dt.timedelta(days=4))
    for host in booking.hosts_taken or ():
        during = (booking.starts_at, booking.ends_at)
        Reservation.objects.create(account=context.account, booking=booking, host=host, during=during)
    if became == CANCELLED:
        _cancel(context, booking)
    elif outcome := _OUTCOMES.get(became):
        outcome_set(actor=context.actor, booking=booking, outcome=outcome)


def _booking(context: DemoContext, page: SchedulingPage, starts_at: dt.datetime, person: int) -> Booking:
    """Confirmed and unsaved; without an event, for the stand-ins' calendars begin today."""
    first, last, email, *_rest = PEOPLE[person]
    hosts = _hosts(context, page, person)
    booking = Booking(
        account=context.account,
        page=page,
        organiser=hosts[0],
        state=BookingState.CONFIRMED,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=page.durations[0]),
        guest_time_zone=TIME_ZONE,
        guest_email=email,
        guest_first_name=first,
        guest_last_name=last,
        subject=f"{page.title}: {first} {last} and {names_words([str(host) for host in hosts])}",
    )
    booking.hosts_taken = hosts
    return booking


def _hosts(context: DemoContext, page: SchedulingPage, turn: int) -> list[User]:
    everybody = [context.admin, *context.colleagues.values()]
    if page.kind == PageKind.ROUND_ROBIN:
        return [everybody[turn % len(everybody)]]
    return everybody if page.kind == PageKind.GROUP else everybody[:1]


def _cancel(context: DemoContext, booking: Booking) -> None:
    """The guest did, two days before."""
    booking.state, booking.sequence = BookingState.CANCELLED, 1
    booking.cancelled_by = booking.changed_by = ChangedBy.GUEST
    booking.cancelled_at = booking.changed_at = booking.starts_at - dt.timedelta(days=2)
    booking.save()
    Reservation.objects.filter(booking=booking).update(active=False)
    meeting_follow(actor=context.actor, booking=booking)
