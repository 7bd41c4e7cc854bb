"""Push channels: opened before changes can be missed, renewed before they end, closed when not needed (C7)."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import uuid

import structlog
from django.db.models import QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from calendars.exceptions import CalendarGone
from calendars.models import Calendar, CalendarAccount, CalendarJob, PushChannel
from calendars.providers.protocol import PushMessage, PushNews, RemoteChannel
from calendars.selectors.calendars import calendars_followed
from calendars.services.clients import calendar_client, calendar_provider
from calendars.services.sync import TWIN_WAIT_SECONDS, calendar_sync_enqueue
from hubclone.lib.errors import HubError, PermanentError
from hubclone.lib.jobs.choices import JobQueue
from hubclone.lib.jobs.registry import JOB_HANDLERS
from hubclone.lib.jobs.services import job_enqueue
from hubclone.lib.locks import LockSpace, session_lock_try

log = structlog.get_logger(__name__)
RENEW_BEFORE = dt.timedelta(days=1)


def channel_renew_enqueue(calendar: Calendar, *, delay_seconds: float = 0) -> None:
    """See to a calendar's push channel soon: open, renew or close it."""
    job_enqueue(
        CalendarJob,
        account_id=calendar.account_id,
        kind="channel.renew",
        payload={"calendar_id": calendar.pk},
        unique_key=f"calendar:{calendar.pk}",
        delay_seconds=delay_seconds,
    )


@JOB_HANDLERS.registered("channel.renew")
def channel_renew_job(job: CalendarJob) -> None:
    """The job: give the calendar exactly one channel with more than a day to live, or none if it is not followed.

    A channel that the provider will not give, as for some shared calendars or to an address that it cannot reach, is no
    failure: the poll keeps the calendar fresh, and asks again from time to time.
    """
    calendar = Calendar.objects.select_related("calendar_account").filter(pk=job.payload["calendar_id"]).first()
    if calendar is None:
        return
    with session_lock_try(LockSpace.PUSH_CHANNEL, calendar.pk) as held:
        if held:
            _renew(calendar)
        else:
            channel_renew_enqueue(calendar, delay_seconds=TWIN_WAIT_SECONDS)


def _renew(calendar: Calendar) -> None:
    """One at a time: two would each close the channel that the other is about to open."""
    fresh = channels_fresh(timezone.now()).filter(calendar=calendar).order_by("-expires_at").first()
    is_followed = calendars_followed().filter(pk=calendar.pk).exists()
    if is_followed and fresh is None:
        try:
            fresh = _open(calendar)
        except (CalendarGone, PermanentError) as error:
            log.info("channel.refused", calendar_id=calendar.pk, code=error.code)
            return
    keep = fresh.pk if fresh and is_followed else 0
    for channel in PushChannel.objects.filter(calendar=calendar).exclude(pk=keep):
        _close(calendar.calendar_account, channel)


def channels_fresh(now: dt.datetime) -> QuerySet[PushChannel]:
    """Channels that need no renewal yet."""
    return PushChannel.objects.filter(expires_at__gt=now + RENEW_BEFORE)


def channels_close_all(calendar_account: CalendarAccount) -> None:
    """Close every channel of an account that is about to be disconnected; one that cannot be closed ends by itself."""
    for channel in PushChannel.objects.filter(calendar__calendar_account=calendar_account):
        try:
            _close(calendar_account, channel)
        except HubError as error:
            log.info("channel.close_failed", channel_id=str(channel.channel_id), code=error.code)


def push_take(*, message: PushMessage) -> bool:
    """Take a push: it only asks for jobs, so a doubled, late or disordered one does no harm, and the answer is quick.

    False when no channel of ours has that id and secret.
    """
    channel = PushChannel.objects.select_related("calendar").filter(channel_id=message.channel_id).first()
    if channel is None or not hmac.compare_digest(channel.token_digest, _digest(message.token)):
        return False
    if message.news == PushNews.GREETING:
        return True
    PushChannel.objects.filter(pk=channel.pk).update(last_message=Greatest("last_message", message.number))
    if message.news in {PushNews.ENDING, PushNews.ENDED}:
        _reopen_soon(channel, message.news)
    calendar_sync_enqueue(channel.calendar, queue=JobQueue.REALTIME)
    return True


def _reopen_soon(channel: PushChannel, news: PushNews) -> None:
    """A channel that needs renewing counts as over; one that has ended there is not to be closed, either."""
    over = PushChannel.objects.filter(pk=channel.pk)
    over.update(expires_at=timezone.now(), **({"resource_id": ""} if news == PushNews.ENDED else {}))
    channel_renew_enqueue(channel.calendar)


def _open(calendar: Calendar) -> PushChannel | None:
    """The row is there before the request: the provider's first push may overtake its answer."""
    provider = calendar_provider(calendar.calendar_account)
    Calendar.objects.filter(pk=calendar.pk).update(push_tried_at=timezone.now())
    address = provider.push_address() if provider.capabilities.push else ""
    if not address:
        return None
    token = secrets.token_urlsafe(32)
    channel = PushChannel.objects.create(
        account_id=calendar.account_id, calendar=calendar, channel_id=uuid.uuid4(), token_digest=_digest(token)
    )
    try:
        remote = calendar_client(calendar.calendar_account).channel_open(
            calendar.remote_id, channel_id=channel.channel_id, token=token, address=address
        )
    except HubError:
        channel.delete()
        raise
    channel.resource_id, channel.expires_at = remote.resource_id, remote.expires_at
    channel.save(update_fields=["resource_id", "expires_at"])
    return channel


def _close(calendar_account: CalendarAccount, channel: PushChannel) -> None:
    if channel.resource_id:
        remote = RemoteChannel(channel.channel_id, channel.resource_id, channel.expires_at)
        calendar_client(calendar_account).channel_close(remote)
    channel.delete()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
