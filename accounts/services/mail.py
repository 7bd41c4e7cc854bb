"""E-mails: written with the change that they tell of, each key once, and sent by a job."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import OutgoingEmail
from hubclone.lib.crypto import keyed_digest
from hubclone.lib.errors import PermanentError
from hubclone.lib.jobs.choices import JobQueue
from hubclone.lib.jobs.services import job_enqueue
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


def message_id(account_id: int, key: str) -> str:
    """The same for one e-mail for ever, so that a resend after a crash is one message to the mailbox that gets it."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{keyed_digest(f'{account_id}:{key}', purpose='message-id')[:40]}@{domain}>"


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
