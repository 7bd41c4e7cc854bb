"""E-mails: written with the change that they tell of, each key once, and sent by a job."""

from __future__ import annotations

import datetime as dt
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Value
from django.db.models.functions import Now

from accounts.models import OutgoingEmail
from hubclone.lib.crypto import keyed_digest
from hubclone.lib.errors import PermanentError
from hubclone.lib.jobs.choices import JobQueue, JobState
from hubclone.lib.jobs.services import hint, job_enqueue
from hubclone.lib.text import clean, clean_line

EMAIL_SEND = "email.send"
KEY_MOST = 200
SUBJECT_MOST = 400


class AddressInvalid(PermanentError):
    """An e-mail address that no mail server would take."""

    code = "ADDRESS_INVALID"


def email_enqueue(
    *,
    account_id: int,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    calendar: str = "",
    calendar_method: str = "",
    reply_to: str = "",
    delay_seconds: float = 0,
) -> None:
    """Write an e-mail in the caller's transaction; nothing is made when the account has one of this ``key``, even sent.

    ``calendar`` is an iCalendar object whose METHOD is ``calendar_method``. Raises AddressInvalid, ValueError.
    """
    if not key or len(key) > KEY_MOST:
        raise ValueError(f"an e-mail's key has 1 to {KEY_MOST} characters")
    job_enqueue(
        OutgoingEmail,
        account_id=account_id,
        kind=EMAIL_SEND,
        queue=JobQueue.DEFAULT if delay_seconds > 0 else JobQueue.REALTIME,
        unique_key=key,
        delay_seconds=delay_seconds,
        key=key,
        to=_address(to),
        reply_to=_address(reply_to) if reply_to else "",
        message_id=message_id(account_id, key),
        **_content(subject, text, html, calendar, calendar_method),
    )


def email_replace(
    *,
    account_id: int,
    key: str,
    subject: str,
    text: str,
    html: str = "",
    calendar: str = "",
    calendar_method: str = "",
    delay_seconds: float | None = None,
) -> bool:
    """Change what a queued e-mail says, and when it goes if a delay is given; False when it has left."""
    changes = _content(subject, text, html, calendar, calendar_method)
    if delay_seconds is not None:
        changes["not_before"] = Now() + Value(dt.timedelta(seconds=delay_seconds))
    return bool(_queued(account_id, key).update(**changes))


def email_hurry(account_id: int, key: str) -> bool:
    """Make a delayed e-mail due now; False when there is none in the queue."""
    changed = _queued(account_id, key).update(not_before=Now(), queue=JobQueue.REALTIME)
    if changed:
        hint(OutgoingEmail, JobQueue.REALTIME)
    return bool(changed)


def email_cancel(account_id: int, key: str) -> bool:
    """Take a queued e-mail back; its key stays used. False when it has gone or is not there."""
    cancelled = {"state": JobState.DONE, "last_error_code": "CANCELLED", "finished_at": Now()}
    return bool(_queued(account_id, key).update(**cancelled))


def message_id(account_id: int, key: str) -> str:
    """The same for one e-mail for ever, so that a resend after a crash is one message to the mailbox that gets it."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{keyed_digest(f'{account_id}:{key}', purpose='message-id')[:40]}@{domain}>"


def _queued(account_id: int, key: str) -> Any:
    return OutgoingEmail.objects.filter(account_id=account_id, key=key, state=JobState.QUEUED)


def _content(subject: str, text: str, html: str, calendar: str, method: str) -> dict[str, Any]:
    return {
        "subject": clean_line(subject)[:SUBJECT_MOST],
        "text": clean(text),
        "html": html.replace("\0", ""),
        "calendar": calendar.replace("\0", ""),
        "calendar_method": method,
    }


def _address(address: str) -> str:
    address = clean_line(address)
    try:
        validate_email(address)
    except ValidationError as error:
        raise AddressInvalid from error
    return address
