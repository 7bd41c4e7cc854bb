"""Sending one e-mail (RFC 5322, with RFC 5546 invitations), and what the server's answers mean."""

from __future__ import annotations

import smtplib
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.conf import settings

from accounts.models import OutgoingEmail
from accounts.services.mail import EMAIL_SEND
from hubclone.lib.errors import HubError, PermanentError, TransientError
from hubclone.lib.jobs.registry import JOB_HANDLERS
from hubclone.lib.outbound.smtp import smtp_connect


@JOB_HANDLERS.registered(EMAIL_SEND)
def email_send(job: OutgoingEmail) -> None:
    """Hand it to the mail server. Raises TransientError (4xx, time-out, lost connection) or PermanentError (5xx)."""
    message, accepted = message_build(job), False
    try:
        with smtp_connect(settings.SMTP_URL) as smtp:
            smtp.send_message(message)
            accepted = True
    except (smtplib.SMTPException, OSError) as error:
        if accepted:
            return  # The server has taken it; a quarrel over QUIT must not send it twice.
        raise failure(error) from error


def message_build(job: OutgoingEmail) -> EmailMessage:
    """The message as it goes out. Its policy refuses line breaks in headers."""
    message = EmailMessage()
    name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = _address(job.to)
    if job.reply_to:
        message["Reply-To"] = _address(job.reply_to)
    message["Subject"] = job.subject
    message["Date"] = format_datetime(job.created_at)
    message["Message-ID"] = job.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(job.text)
    if job.html:
        message.add_alternative(job.html, subtype="html")
    if job.calendar:
        _calendar_add(message, job)
    return message


def failure(error: smtplib.SMTPException | OSError) -> HubError:
    """Ours for theirs. Refused credentials are the installation's fault and can be mended, so they are tried again."""
    code = _code(error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return TransientError("The mail server refuses our credentials.", code="SMTP_CREDENTIALS")
    if code >= 500:
        return PermanentError(f"The mail server refused this email ({code}).", code="SMTP_REFUSED")
    if code >= 400:
        return TransientError(f"The mail server cannot take this email now ({code}).", code="SMTP_LATER")
    return TransientError(f"The mail server cannot be reached ({type(error).__name__}).", code="SMTP_UNREACHABLE")


def _calendar_add(message: EmailMessage, job: OutgoingEmail) -> None:
    """Once as an alternative, which mail programs show as an invitation, and once as a file for those that do not."""
    message.add_alternative(job.calendar, subtype="calendar", params={"method": job.calendar_method or "PUBLISH"})
    message.add_attachment(job.calendar.encode(), maintype="application", subtype="ics", filename="invite.ics")


def _address(address: str) -> Address:
    user, _, domain = address.rpartition("@")
    return Address(username=user, domain=domain.encode("idna").decode())


def _code(error: Exception) -> int:
    """The server's reply code; 0 when there was none. There is one recipient, so the first refusal is the answer."""
    if isinstance(error, smtplib.SMTPResponseException):
        return int(error.smtp_code)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return int(next(iter(error.recipients.values()))[0])
    return 0
