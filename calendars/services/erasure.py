"""What calendars keep of a guest who is erased."""

from __future__ import annotations

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from accounts.choices import ActorKind
from accounts.models import AuditEntry, Notification
from accounts.services.erasure import any_of, emails_erase
from calendars.models import Booking, CalendarJob, SchedulingPage
from calendars.services.booking_jobs import EVENT_DELETE, REQUEST_EXPIRE
from crm.registries import PRIVACY_ERASERS, Erasure
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.redaction import redaction_pattern, table_redact

_EMPTY = {
    "guest_email": "",
    "guest_first_name": "—",
    "guest_last_name": "",
    "form_answers": {},
    "location": "",
    "guest_time_zone": "UTC",
    "cancel_reason": "",
    "idempotency_key": "",
}


@PRIVACY_ERASERS.registered("calendars")
def guest_erase(erasure: Erasure) -> None:
    """Their bookings stay as times that were taken; nothing of theirs is in them, and no e-mail or event comes of them.

    What a provider has in its calendar is the host's own and is left alone. In others' bookings their addresses go.
    """
    _others_redact(erasure)
    theirs = Booking.objects.filter(
        any_of("guest_email", erasure.addresses) | Q(contact__in=erasure.record_ids), account_id=erasure.account_id
    )
    ids = list(theirs.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not ids:
        return
    _told_erase(erasure.account_id, ids)
    _visits_erase(erasure.account_id, ids)
    waiting = CalendarJob.objects.filter(account_id=erasure.account_id, payload__booking_id__in=ids)
    waiting.exclude(state=JobState.DONE).exclude(kind__in=[REQUEST_EXPIRE, EVENT_DELETE]).update(
        state=JobState.DONE, last_error="", last_error_code="ERASED", finished_at=Now(), lease_token=None
    )
    page_title = SchedulingPage.objects.filter(pk=OuterRef("page_id")).values("title")
    _all(ids).update(subject=Subquery(page_title), contact=None, **_EMPTY)


def _all(ids: list[int]) -> QuerySet[Booking]:
    return Booking.objects.filter(pk__in=ids)


def _others_redact(erasure: Erasure) -> None:
    """What others wrote of them when they booked or cancelled."""
    table_redact(
        table="calendars_booking",
        account_id=erasure.account_id,
        columns={"form_answers": "jsonb", "cancel_reason": "text", "subject": "text", "location": "text"},
        pattern=redaction_pattern(addresses=erasure.addresses),
    )


def _visits_erase(account_id: int, ids: list[int]) -> None:
    """From where they booked, moved and cancelled."""
    entries = AuditEntry.objects.filter(account_id=account_id, actor_kind=ActorKind.VISITOR, target_kind="booking")
    entries.filter(target_id__in=map(str, ids)).update(ip=None)


def _told_erase(account_id: int, ids: list[int]) -> None:
    """E-mails and notifications carry the booking in their keys: ``booking:12:…``."""
    for start in range(0, len(ids), 100):
        keys = Q()
        for id_ in ids[start : start + 100]:
            keys |= Q(key__startswith=f"booking:{id_}:")
        emails_erase(account_id=account_id, emails=keys)
        Notification.objects.filter(keys, account_id=account_id).delete()
