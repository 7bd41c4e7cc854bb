"""What connecting, replacing and disconnecting a calendar account mean here (C1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor, system_actor
from accounts.models import Membership, User
from accounts.registries import DEPARTURES
from accounts.services.audit import audit_write
from calendars.exceptions import ReplaceNotConfirmed
from calendars.models import CalendarAccount, CalendarJob
from calendars.services.booking_jobs import events_retry
from calendars.services.calendars import calendars_list_enqueue
from calendars.services.calendars_left import events_leave
from calendars.services.meeting_events import meeting_events_retry
from calendars.services.push import channels_close_all
from calendars.services.sync import calendar_sync_enqueue
from connections.choices import ConnectionState
from connections.models import Connection
from connections.registries import PURPOSES, ConnectPurpose
from connections.services.state import connection_disconnect
from hubclone.lib.jobs.choices import JobQueue
from hubclone.lib.jobs.registry import JOB_HANDLERS
from hubclone.lib.jobs.services import job_enqueue


def calendar_connected(connection: Connection, actor: Actor, params: Mapping[str, Any]) -> str:
    """A new or renewed connection: make, keep or replace the calendar account. Raises ReplaceNotConfirmed.

    A new one leads to the meetings dashboard, a renewed one back to the settings.
    """
    mine = CalendarAccount.objects.select_for_update().filter(account_id=actor.account_id, user=_owner(connection))
    current = mine.first()
    if current and current.connection_id == connection.pk:
        _resume(current)
        return settings_page(actor.account_id)
    if current:
        if not params.get("replace"):
            raise ReplaceNotConfirmed
        _release(current)
    _make(connection, actor)
    return reverse("calendars:pages", args=[actor.account_id])


def settings_page(account_id: int) -> str:
    """Settings → General → Calendar."""
    return reverse("calendars:settings", args=[account_id])


def calendar_disconnecting(connection: Connection) -> None:
    """While the grant is good: end the push channels."""
    for calendar_account in CalendarAccount.objects.filter(connection=connection):
        channels_close_all(calendar_account)


def calendar_disconnected(connection: Connection) -> None:
    """Without a calendar account its pages work offline (C4); busy time and calendars go with it."""
    for calendar_account in CalendarAccount.objects.select_related("connection").filter(connection=connection):
        events_leave(calendar_account)
        calendar_account.delete()


@JOB_HANDLERS.registered("connection.release")
def connection_release_job(job: CalendarJob) -> None:
    """The job: give up the grant of a calendar account that was replaced, or whose person has left."""
    over = Connection.objects.filter(pk=job.payload["connection_id"]).exclude(state=ConnectionState.DISCONNECTED)
    for connection in over:
        connection_disconnect(actor=system_actor(connection.account_id), connection=connection)


@DEPARTURES.registered("calendars")
def departure(membership: Membership, actor: Actor) -> None:
    """Who leaves the account takes their connections along: nobody could see or end them any more."""
    theirs = Connection.objects.filter(account_id=membership.account_id, owner_id=membership.user_id)
    for pk in theirs.exclude(state=ConnectionState.DISCONNECTED).values_list("pk", flat=True):
        _release_enqueue(membership.account_id, pk)


def _owner(connection: Connection) -> User:
    """Calendars belong to people, never to an account as a whole."""
    if connection.owner is None:
        raise LookupError(f"connection {connection.pk} has no owner")
    return connection.owner


def _make(connection: Connection, actor: Actor) -> None:
    made = CalendarAccount.objects.create(account_id=actor.account_id, user=_owner(connection), connection=connection)
    audit_write(
        actor=actor,
        action="calendar_account.connected",
        target_kind="calendar_account",
        target_id=made.pk,
        target_label=connection.identity,
    )
    calendars_list_enqueue(made, queue=JobQueue.REALTIME)


def _resume(calendar_account: CalendarAccount) -> None:
    """Go on from the cursors, right away."""
    calendars_list_enqueue(calendar_account, queue=JobQueue.REALTIME)
    for calendar in calendar_account.calendars.filter(is_selected=True):
        calendar_sync_enqueue(calendar, queue=JobQueue.REALTIME)
    events_retry(calendar_account)
    meeting_events_retry(calendar_account)


def _release(calendar_account: CalendarAccount) -> None:
    """Let go of the one that is replaced; its grant is revoked by a job, since that needs the provider."""
    old = calendar_account.connection_id
    account_id = calendar_account.account_id
    events_leave(calendar_account)
    calendar_account.delete()
    _release_enqueue(account_id, old)


def _release_enqueue(account_id: int, connection_id: int) -> None:
    job_enqueue(CalendarJob, account_id=account_id, kind="connection.release", payload={"connection_id": connection_id})


PURPOSES.register(
    "calendar",
    ConnectPurpose(
        key="calendar",
        start_label=_("Connect your calendar"),
        connected=calendar_connected,
        start=settings_page,
        disconnecting=calendar_disconnecting,
        disconnected=calendar_disconnected,
    ),
)
