"""E-mails on their way out, against a real SMTP server of the test's own."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction

from accounts.models import Account, OutgoingEmail
from accounts.services.mail import AddressInvalid, email_enqueue
from hubclone.embedded.postgres import free_port
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import jobs_run_due

INVITE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nSUMMARY:Kawa z Łukaszem\r\nEND:VCALENDAR\r\n"


class Mailbox:
    """An SMTP server's handler that keeps what it gets, or answers ``reply`` instead."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.reply = ""
        self.rcpt_reply = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.rcpt_reply:
            return self.rcpt_reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.reply:
            return self.reply
        self.recipients.append(list(envelope.rcpt_tos))
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    handler, port = Mailbox(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.OUTBOUND_ALLOWED = (f"127.0.0.1/32:{port}",)
    yield handler
    controller.stop()


def enqueue(account: Account, **changes: Any) -> None:
    content = {"key": "k", "to": "guest@hubclone.test", "subject": "Hello", "text": "Plain words", **changes}
    email_enqueue(account_id=account.pk, **content)


def send() -> OutgoingEmail:
    jobs_run_due(OutgoingEmail)
    return OutgoingEmail.objects.get()


@pytest.mark.spec("C28")
def test_an_invitation_goes_out_as_text_html_calendar_and_file(account: Account, mailbox: Mailbox) -> None:
    enqueue(
        account, subject="Kawa o dziewiątej", html="<p>Zażółć</p>", calendar=INVITE, calendar_method="REQUEST",
        reply_to="host@hubclone.test",
    )  # fmt: skip
    assert send().state == JobState.DONE
    message = mailbox.messages[0]
    parts = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert parts == ["text/plain", "text/html", "text/calendar", "application/ics"]
    assert message["Subject"] == "Kawa o dziewiątej"
    assert message["Reply-To"] == "host@hubclone.test"
    assert message["Date"].datetime.utcoffset().total_seconds() == 0
    calendar = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    assert calendar.get_param("method") == "REQUEST"
    assert "Kawa z Łukaszem" in calendar.get_content()
    attached = next(message.iter_attachments())
    assert (attached.get_filename(), attached.get_payload(decode=True)) == ("invite.ics", INVITE.encode())


def test_a_key_is_sent_once_however_often_it_is_asked_for(account: Account, mailbox: Mailbox) -> None:
    enqueue(account)
    enqueue(account, subject="Another")
    send()
    enqueue(account)
    send()
    assert [message["Subject"] for message in mailbox.messages] == ["Hello"]


def test_the_same_key_in_two_accounts_is_two_emails_with_ids_of_their_own(
    account: Account, stranger: Any, mailbox: Mailbox
) -> None:
    enqueue(account)
    enqueue(stranger.account)
    jobs_run_due(OutgoingEmail)
    ids = {str(message["Message-ID"]) for message in mailbox.messages}
    assert len(ids) == 2
    assert all(id_.endswith("@hubclone.test>") for id_ in ids)


def test_a_resend_after_a_crash_is_the_same_message(account: Account, mailbox: Mailbox) -> None:
    enqueue(account)
    send()
    OutgoingEmail.objects.update(state=JobState.QUEUED)
    send()
    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


@pytest.mark.django_db(transaction=True)
def test_an_email_of_a_transaction_that_fails_is_never_sent(mailbox: Mailbox, account: Account) -> None:
    with transaction.atomic():
        enqueue(account)
        transaction.set_rollback(True)
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        ("451 Later", JobState.QUEUED, "SMTP_LATER"),
        ("421 Busy", JobState.QUEUED, "SMTP_LATER"),
        ("554 Never", JobState.DEAD, "SMTP_REFUSED"),
    ],
)
@pytest.mark.parametrize("where", ["reply", "rcpt_reply"])
def test_a_refusal_is_tried_again_or_given_up_as_its_code_says(
    account: Account, mailbox: Mailbox, answer: str, state: JobState, code: str, where: str
) -> None:
    setattr(mailbox, where, answer)
    enqueue(account)
    job = send()
    assert (job.state, job.last_error_code) == (state, code)
    assert mailbox.messages == []


def test_a_mail_server_that_is_away_is_tried_again(account: Account, settings: Any) -> None:
    port = free_port()
    settings.SMTP_URL, settings.OUTBOUND_ALLOWED = f"smtp://127.0.0.1:{port}", (f"127.0.0.1/32:{port}",)
    enqueue(account)
    job = send()
    assert job.state == JobState.QUEUED
    assert job.last_error
    assert "guest@" not in job.last_error


def test_line_breaks_make_no_headers_of_their_own(account: Account, mailbox: Mailbox) -> None:
    enqueue(account, subject="Hi\r\nBcc: victim@hubclone.test\x00", text="a\x00b")
    send()
    assert mailbox.messages[0]["Bcc"] is None
    assert mailbox.messages[0]["Subject"] == "Hi Bcc: victim@hubclone.test"
    assert mailbox.recipients == [["guest@hubclone.test"]]


_ODD = ["", "no-at", "a@b.test\r\nBcc: c@d.test", "a@b.test, c@d.test", "<a@b.test>", "a b@c.test"]


@pytest.mark.parametrize("address", _ODD)
def test_an_odd_address_is_refused_and_nothing_is_written(account: Account, address: str) -> None:
    with pytest.raises(AddressInvalid):
        enqueue(account, to=address)
    with pytest.raises(AddressInvalid):
        enqueue(account, reply_to=address or "x")
    assert not OutgoingEmail.objects.exists()


def test_a_domain_in_another_script_is_sent_in_its_ascii_form(account: Account, mailbox: Mailbox) -> None:
    enqueue(account, to="ala@żółw.test")
    assert send().state == JobState.DONE
    assert mailbox.recipients == [["ala@xn--w-uga1v8h.test"]]


def test_a_very_long_subject_is_cut_and_a_long_key_refused(account: Account, mailbox: Mailbox) -> None:
    enqueue(account, subject="ż" * 5000)
    assert send().state == JobState.DONE
    with pytest.raises(ValueError, match="1 to 200"):
        enqueue(account, key="k" * 201)


def test_a_delayed_email_waits(account: Account, mailbox: Mailbox) -> None:
    enqueue(account, delay_seconds=3600)
    assert send().state == JobState.QUEUED
    assert mailbox.messages == []
