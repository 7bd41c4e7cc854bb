"""Moving and cancelling a booking (C8, C23): the only ways in which one changes, whoever asks.

Each takes the hosts' locks and the booking's row, raises the sequence, moves or frees the reservation, and writes
meeting, timeline and audit row. What happens outside (the event, the e-mails) is a job of the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from accounts.actor import Actor
from accounts.services.audit import audit_write
from calendars.choices import BookingState, ChangedBy
from calendars.engine.slots import Refusal
from calendars.exceptions import BookingChanged, BookingOver, HostUnavailable, PageClosed, SlotTaken
from calendars.models import Booking, Reservation
from calendars.providers.protocol import Interval
from calendars.selectors.availability import slot_check
from calendars.selectors.bookings import OPEN_STATES
from calendars.selectors.hosts import page_host_ids
from calendars.services.booking_hosts import hosts_free_check, hosts_of, time_to_ask
from calendars.services.booking_jobs import change_jobs_enqueue, reminders_enqueue
from calendars.services.booking_notices import overlap_tell
from calendars.services.booking_records import meeting_follow
from hubclone.lib.errors import TransientError
from hubclone.lib.locks import LockSpace, transaction_lock

REASON_LENGTH_MOST = 1000


def booking_move(
    *, actor: Actor, booking: Booking, starts_at: dt.datetime, by: ChangedBy, sequence: int | None = None
) -> Booking:
    """Move a confirmed booking to an offered time, of the same length; answers it as it is then.

    ``sequence`` is what the person who asks has seen. The time that it has now changes nothing. Raises SlotTaken,
    HostUnavailable, PageClosed, BookingChanged, BookingOver; nothing has been written then.
    """
    interval = Interval(starts_at, starts_at + (booking.ends_at - booking.starts_at))
    _movable_check(booking, sequence)
    if interval.starts_at == booking.starts_at:
        return booking
    _slot_check(booking, interval)
    hosts = hosts_of(account_id=booking.account_id, user_ids=page_host_ids(booking.page, booking))
    window = time_to_ask(booking.page, interval.starts_at, interval.ends_at)
    hosts_free_check(hosts=hosts, window=window, moving=booking)
    seen = booking.sequence if sequence is None else sequence
    try:
        return _again_after_merge(lambda: _move(actor, booking.pk, interval, by, seen))
    except IntegrityError as error:
        if "reservation_no_overlap" in str(error):
            raise SlotTaken from error
        raise


def booking_cancel(
    *, actor: Actor, booking: Booking, by: ChangedBy, reason: str = "", sequence: int | None = None
) -> Booking:
    """Cancel a booking, or take a request back, until the meeting has ended; answers it as it is then.

    ``sequence`` is what the person who asks has seen. Raises BookingChanged, BookingOver.
    """
    return _again_after_merge(lambda: _cancel(actor, booking.pk, by, reason, sequence))


@transaction.atomic
def booking_moved_in_calendar(
    *, actor: Actor, booking_id: int, interval: Interval, sequence: int, modified: str
) -> None:
    """The calendar says that the event has other times, and is right: also when they lie on another booking.

    ``sequence`` and ``modified`` are the event's. Nothing happens when ours is the newer change, or was this one.
    """
    booking = _locked(booking_id, actor)
    if not is_news(booking, modified) or interval == Interval(booking.starts_at, booking.ends_at):
        return
    booking.event_modified = modified
    moved_from = booking.starts_at
    is_alone = not _others(booking, interval).exists()
    _reserve(booking, interval, active=is_alone)
    _change(actor, booking, ChangedBy.CALENDAR, at_least=sequence, written=True)
    meeting_follow(actor=actor, booking=booking)
    _audit(actor, booking, "booking.moved", {"from": moved_from.isoformat()})
    change_jobs_enqueue(booking, moved_from=moved_from)
    reminders_enqueue(booking)
    if not is_alone:
        overlap_tell(booking)


@transaction.atomic
def booking_gone_from_calendar(*, actor: Actor, booking_id: int, modified: str = "") -> None:
    """The calendar says that the event was deleted: cancel the booking, unless it is over or cancelled already."""
    booking = _locked(booking_id, actor)
    if booking.state != BookingState.CONFIRMED or booking.ends_at <= _now():
        return
    if modified and modified <= booking.event_modified:
        return
    _end(actor, booking, ChangedBy.CALENDAR, "")


@transaction.atomic
def _move(actor: Actor, booking_id: int, interval: Interval, by: ChangedBy, sequence: int) -> Booking:
    booking = _locked(booking_id, actor)
    _movable_check(booking, sequence)
    _slot_check(booking, interval)
    moved_from = booking.starts_at
    _reserve(booking, interval, active=True)
    _change(actor, booking, by)
    meeting_follow(actor=actor, booking=booking)
    _audit(actor, booking, "booking.moved", {"from": moved_from.isoformat()})
    change_jobs_enqueue(booking, moved_from=moved_from)
    reminders_enqueue(booking)
    return booking


@transaction.atomic
def _cancel(actor: Actor, booking_id: int, by: ChangedBy, reason: str, sequence: int | None) -> Booking:
    booking = _locked(booking_id, actor)
    if sequence is not None and sequence != booking.sequence:
        raise BookingChanged
    if booking.state not in OPEN_STATES or booking.ends_at <= _now():
        raise BookingOver
    _end(actor, booking, by, reason)
    return booking


def _end(actor: Actor, booking: Booking, by: ChangedBy, reason: str) -> None:
    booking.state = BookingState.CANCELLED
    booking.cancelled_at, booking.cancelled_by = _now(), by
    booking.cancel_reason = reason[:REASON_LENGTH_MOST]
    Reservation.objects.filter(booking=booking).update(active=False)
    _change(actor, booking, by)
    meeting_follow(actor=actor, booking=booking)
    _audit(actor, booking, "booking.cancelled", {})
    change_jobs_enqueue(booking)


def _locked(booking_id: int, actor: Actor) -> Booking:
    """The booking as it is now, under the locks of its hosts and of its row."""
    hosts = Reservation.objects.filter(account_id=actor.account_id, booking_id=booking_id)
    transaction_lock(LockSpace.HOST, hosts.values_list("host_id", flat=True))
    bookings = Booking.objects.select_for_update(of=("self",)).select_related(
        "page__owner", "page__account", "calendar", "organiser"
    )
    return bookings.get(account_id=actor.account_id, pk=booking_id)


def _movable_check(booking: Booking, sequence: int | None) -> None:
    if sequence is not None and sequence != booking.sequence:
        raise BookingChanged
    if booking.state != BookingState.CONFIRMED or booking.ends_at <= _now():
        raise BookingOver


def _slot_check(booking: Booking, interval: Interval) -> None:
    length = interval.ends_at - interval.starts_at
    refusal = slot_check(page=booking.page, start=interval.starts_at, duration=length, now=_now(), moving=booking)
    if refusal == Refusal.PAUSED:
        raise PageClosed
    if refusal == Refusal.UNREADABLE:
        raise HostUnavailable
    if refusal is not None:
        raise SlotTaken


def _reserve(booking: Booking, interval: Interval, *, active: bool) -> None:
    """Give the booking its new time. Raises IntegrityError when an active one would lie on another."""
    booking.starts_at, booking.ends_at = interval.starts_at, interval.ends_at
    during = DateTimeTZRange(interval.starts_at, interval.ends_at)
    Reservation.objects.filter(booking=booking).update(during=during, active=active)


def _others(booking: Booking, interval: Interval) -> QuerySet[Reservation]:
    """Active reservations of the booking's hosts that lie in an interval, its own left out."""
    hosts = Reservation.objects.filter(booking=booking).values("host_id")
    during = DateTimeTZRange(interval.starts_at, interval.ends_at)
    return Reservation.objects.filter(host_id__in=hosts, active=True, during__overlap=during).exclude(booking=booking)


def is_news(booking: Booking, modified: str) -> bool:
    """Whether the calendar tells something that neither came from us nor has been overtaken by a change of ours."""
    is_ours = bool(modified) and modified <= booking.event_modified
    return booking.state == BookingState.CONFIRMED and not is_ours and not waits(booking)


def waits(booking: Booking) -> bool:
    """Whether a change of ours is on its way to the calendar, which overtakes what the calendar says until then."""
    return booking.state == BookingState.CONFIRMED and booking.written_sequence != booking.sequence


def _change(actor: Actor, booking: Booking, by: ChangedBy, *, at_least: int = 0, written: bool = False) -> None:
    """Raise the sequence, above what the provider may have sent to guests itself, and save."""
    booking.sequence = max(booking.sequence + 1, at_least)
    booking.changed_at, booking.changed_by = _now(), by
    if written:
        booking.written_sequence = booking.sequence
    booking.save()


def _again_after_merge(work: Callable[[], Booking]) -> Booking:
    """Once more when a record of the booking was merged into another in that very moment."""
    try:
        return work()
    except TransientError:
        return work()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _audit(actor: Actor, booking: Booking, action: str, detail: dict[str, str]) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="booking",
        target_id=booking.pk,
        target_label=booking.page.name,
        detail={"by": booking.changed_by, "starts_at": booking.starts_at.isoformat(), **detail},
    )
