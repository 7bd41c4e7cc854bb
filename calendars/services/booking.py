"""Making a booking: everything that it means is committed in one transaction, or nothing is (C21, C22).

The page's stored times are checked, the providers are asked outside any lock, and then, under the hosts' locks, the
times are checked again and all rows are written. What happens outside the database (the event, the e-mails) is a job
of the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from accounts.services.audit import audit_write
from calendars.choices import BookingState, LocationKind
from calendars.engine.slots import Refusal
from calendars.engine.tokens import tokens_used
from calendars.exceptions import BookingInvalid, BookingRefused, HostUnavailable, PageClosed, SlotTaken
from calendars.mail.names import guest_of, host_of
from calendars.models import Booking, SchedulingPage
from calendars.selectors.availability import SlotTakers, slot_takers
from calendars.selectors.pages import PHONE
from calendars.services.booking_calendar import event_plan
from calendars.services.booking_consent import consent_keep
from calendars.services.booking_form import BookingForm, BookingRequest, booking_form_clean, idempotency_key_clean
from calendars.services.booking_hosts import Host
from calendars.services.booking_jobs import job_delays, reminders_enqueue, request_held_until
from calendars.services.booking_party import NotAsked, Party
from calendars.services.booking_records import contact_write, meeting_write
from calendars.services.booking_rows import booking_rows_insert
from calendars.tokens import words_for_booking
from hubclone.lib.errors import TransientError
from hubclone.lib.locks import LockSpace, transaction_lock
from hubclone.lib.names import link_defuse, link_in

SUBJECT_LENGTH_MOST = 400
_CONSTRAINTS_OF_TIME = {"reservation_no_overlap"}


def booking_create(*, actor: Actor, page: SchedulingPage, request: BookingRequest) -> Booking:
    """Book, or (on a page without a connected calendar, C4) ask for, the time that a visitor chose.

    A submission repeated with the same ``idempotency_key`` answers the first one's booking, also when both race.
    Raises BookingInvalid, SlotTaken, HostUnavailable, PageClosed; nothing has been written then.
    """
    prefetch_related_objects([page], "owner")
    key = idempotency_key_clean(request.idempotency_key)
    if earlier := _earlier(page, key):
        return earlier
    form = booking_form_clean(page=page, request=request)
    try:
        return _book_party(actor, page, form)
    except BookingRefused:
        if earlier := _earlier(page, key):
            return earlier
        raise
    except IntegrityError as error:
        if earlier := _earlier(page, key):
            return earlier
        if _constraint(error) in _CONSTRAINTS_OF_TIME:
            raise SlotTaken from error
        raise


def _book_party(actor: Actor, page: SchedulingPage, form: BookingForm) -> Booking:
    party = Party(page, form, _takers(page, form).host_ids)
    party.ask()
    while True:
        try:
            return _book_again(actor, page, form, party)
        except NotAsked as turn:
            party.ask(turn.host_ids)


def _book_again(actor: Actor, page: SchedulingPage, form: BookingForm, party: Party) -> Booking:
    """Once more when the guest's contact was merged into another in that very moment."""
    try:
        return _book(actor, page, form, party)
    except TransientError:
        return _book(actor, page, form, party)


@transaction.atomic
def _book(actor: Actor, page: SchedulingPage, form: BookingForm, party: Party) -> Booking:
    transaction_lock(LockSpace.HOST, party.host_ids)
    takers = _takers(page, form, party.host_ids)
    hosts = party.choose(takers.host_ids)
    booking = _draft(page, form, hosts, is_request=takers.is_offline)
    if booking.state == BookingState.REQUESTED:
        contact_write(actor=actor, booking=booking)
    else:
        meeting_write(actor=actor, booking=booking)
    consent_keep(actor=actor, booking=booking, text=form.consent_text)
    booking_rows_insert(booking, host_ids=[host.user_id for host in hosts], job_delays=job_delays(booking))
    reminders_enqueue(booking)
    _audit(actor, booking)
    return booking


def _takers(page: SchedulingPage, form: BookingForm, host_ids: Sequence[int] | None = None) -> SlotTakers:
    """Who can take the meeting as far as is stored. Raises what a refusal means to a visitor."""
    now = dt.datetime.now(dt.UTC)
    takers = slot_takers(page=page, start=form.starts_at, duration=form.duration, now=now, host_ids=host_ids)
    if takers.refusal is None:
        return takers
    if takers.refusal == Refusal.PAUSED:
        raise PageClosed
    if takers.refusal == Refusal.UNREADABLE:
        raise HostUnavailable
    if takers.refusal == Refusal.DURATION:
        raise BookingInvalid({"duration": _("This page does not offer meetings of that length.")})
    raise SlotTaken


def _draft(page: SchedulingPage, form: BookingForm, hosts: Sequence[Host], *, is_request: bool) -> Booking:
    """The booking, unsaved; the first of the hosts is its organiser."""
    people = _people(page, hosts)
    booking = Booking(
        account_id=page.account_id,
        page=page,
        organiser=people[0],
        state=BookingState.REQUESTED if is_request else BookingState.CONFIRMED,
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        guest_time_zone=form.time_zone,
        guest_language=form.language,
        guest_email=form.email,
        guest_first_name=form.first_name,
        guest_last_name=form.last_name,
        form_answers=form.answers,
        subject="",
        location=_location(page, form),
        idempotency_key=form.idempotency_key,
        held_until=request_held_until(form.starts_at) if is_request else None,
        source=form.source,
    )
    booking.hosts_taken = people
    booking.subject = _subject(booking)
    event_plan(booking, None if is_request else hosts[0])
    return booking


def _people(page: SchedulingPage, hosts: Sequence[Host]) -> list[User]:
    """The hosts as users, in that order. No query for a page's owner alone."""
    ids = [host.user_id for host in hosts]
    if ids == [page.owner_id]:
        return [page.owner]
    users = User.objects.in_bulk(ids)
    return [users[user_id] for user_id in ids]


def _location(page: SchedulingPage, form: BookingForm) -> str:
    """Where: nothing yet for a video call, and the guest's own number, which is no link, for a call to the guest."""
    if page.location_kind == LocationKind.CONFERENCE:
        return ""
    if page.location_kind != LocationKind.CALL_GUEST:
        return page.location_detail
    number = form.answers.get(PHONE, "")
    return link_defuse(number) if link_in(number) else number


def _subject(booking: Booking) -> str:
    """What the one event is called that guest and host both have: the page's own words, and both names unless the
    words hold tokens."""
    page = booking.page
    if tokens_used(page.invitation_subject):
        return words_for_booking(page.invitation_subject, booking)[:SUBJECT_LENGTH_MOST]
    words = _("%(guest)s and %(host)s") % {"guest": guest_of(booking), "host": host_of(booking)}
    return f"{page.invitation_subject or page.title}: {words}"[:SUBJECT_LENGTH_MOST]


def _earlier(page: SchedulingPage, key: str) -> Booking | None:
    """The booking that this key made already."""
    if not key:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [page.account_id, page.pk, key])
        found = cursor.fetchone()
    return Booking.objects.get(pk=found[0]) if found else None


_EARLIER = "select id from calendars_booking where account_id = %s and page_id = %s and idempotency_key = %s"


def _constraint(error: IntegrityError) -> str:
    """The name of the constraint that refused a row."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def _audit(actor: Actor, booking: Booking) -> None:
    requested = booking.state == BookingState.REQUESTED
    audit_write(
        actor=actor,
        action="booking.requested" if requested else "booking.created",
        target_kind="booking",
        target_id=booking.pk,
        target_label=booking.page.name,
        detail={"page_id": booking.page_id, "starts_at": booking.starts_at.isoformat(), "source": booking.source},
    )
