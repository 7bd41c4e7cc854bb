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
from calendars.selectors.pages import pages_of
from calendars.services.booking_calendar import event_plan
from calendars.services.booking_records import meeting_follow, meeting_write
from calendars.services.outcomes import outcome_set
from crm.demo import PEOPLE

HELD, MISSED, CANCELLED, UNANSWERED = "held", "missed", "cancelled", "unanswered"
_OUTCOMES = {HELD: MeetingOutcome.HELD, MISSED: MeetingOutcome.NO_SHOW}
MEETINGS: tuple[tuple[PageKind, int, int, int, str], ...] = (
    (PageKind.PERSONAL, 10, 1, 0, HELD),
    (PageKind.PERSONAL, 9, 3, 1, HELD),
    (PageKind.GROUP, 8, 0, 2, HELD),
    (PageKind.PERSONAL, 7, 2, 3, MISSED),
    (PageKind.ROUND_ROBIN, 6, 1, 4, HELD),
    (PageKind.PERSONAL, 5, 0, 2, HELD),
    (PageKind.GROUP, 5, 3, 0, CANCELLED),
    (PageKind.PERSONAL, 4, 1, 5, CANCELLED),
    (PageKind.ROUND_ROBIN, 4, 4, 1, MISSED),
    (PageKind.PERSONAL, 3, 2, 0, HELD),
    (PageKind.GROUP, 2, 1, 3, HELD),
    (PageKind.PERSONAL, 2, 4, 4, HELD),
    (PageKind.ROUND_ROBIN, 1, 0, 2, HELD),
    (PageKind.PERSONAL, 1, 2, 1, UNANSWERED),
)
"""The page, how many weeks ago, the day (0: Monday), which of the demo's people, and what became of it."""
TIME = dt.time(11)


@transaction.atomic
def history_make(context: DemoContext) -> None:
    """Make them once, and only where nobody has booked yet: they might take a time that is taken."""
    if Booking.objects.filter(account=context.account).exists():
        return
    pages = {page.kind: page for page in pages_of(account_id=context.account.pk, user_id=context.admin.pk)}
    today = timezone.localdate(timezone=ZoneInfo(TIME_ZONE))
    monday = today - dt.timedelta(days=today.weekday())
    for kind, weeks, day, person, became in MEETINGS:
        if page := pages.get(kind):
            starts_at = dt.datetime.combine(
                monday - dt.timedelta(weeks=weeks) + dt.timedelta(days=day), TIME, ZoneInfo(TIME_ZONE)
            )
            _make(context, page, starts_at.astimezone(dt.UTC), person, became)


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
        subject=f"{page.title}: {first} {last}",
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
