"""The mail catcher, over SMTP."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest

from sandbox.testing import SandboxServer
from tests.sandbox.web import get

ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def message(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    given = {"From": "Hub <hub@hub.test>", "To": "v@x.test", "Subject": "Potwierdzenie ż", "Message-ID": "<1@hub.test>"}
    for name, value in {**given, **headers}.items():
        mail[name] = value
    mail.set_content("Cześć")
    mail.add_alternative("<p>Cześć <script>alert(1)</script></p>", subtype="html")
    mail.add_attachment(ICS.encode(), maintype="text", subtype="calendar", filename="invite.ics")
    return mail


def send(sandbox: SandboxServer, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=60) as smtp:
        smtp.send_message(mail)


def test_a_message_is_caught_whole(sandbox: SandboxServer) -> None:
    send(sandbox, message())
    (mail,) = sandbox.control.mail_wait(to="v@x.test")
    assert mail["subject"] == "Potwierdzenie ż"
    assert (mail["from"], mail["sender"], mail["to"]) == ("Hub <hub@hub.test>", "hub@hub.test", ["v@x.test"])
    assert mail["message_id"] == "<1@hub.test>"
    assert mail["text"].strip() == "Cześć"
    assert "<p>Cześć" in mail["html"]
    assert [(part["filename"], part["content_type"]) for part in mail["attachments"]] == [
        ("invite.ics", "text/calendar")
    ]
    assert mail["ics"] == ICS


def test_any_user_and_password_are_taken(sandbox: SandboxServer) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=60) as smtp:
        smtp.login("somebody", "anything")
        smtp.send_message(message())
    assert len(sandbox.control.mail()) == 1


def test_pages_show_each_part_and_run_nothing(sandbox: SandboxServer) -> None:
    send(sandbox, message(Subject="<b>Hello</b>"))
    number = sandbox.control.mail_wait()[0]["id"]
    base = f"{sandbox.url}/mail/"
    assert "&lt;b&gt;Hello&lt;/b&gt;" in get(base).text
    page = get(f"{base}{number}")
    assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    html = get(f"{base}{number}/html")
    assert "sandbox" in html.headers["Content-Security-Policy"]
    part = get(f"{base}{number}/parts/0")
    assert part.content == ICS.encode()
    assert "invite.ics" in part.headers["Content-Disposition"]
    assert b"Message-ID" in get(f"{base}{number}/raw").content
    assert get(f"{base}{number}/parts/9").status_code == 404
    assert get(f"{base}999999").status_code == 404


@pytest.mark.parametrize("method", ["RCPT", "DATA"])
@pytest.mark.parametrize("status", [451, 550])
def test_refusals_on_order(sandbox: SandboxServer, method: str, status: int) -> None:
    sandbox.control.fault(provider="mail", path="x.test", method=method, status=status)
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused)):
        send(sandbox, message())
    send(sandbox, message())
    assert len(sandbox.control.mail()) == 1


@pytest.mark.parametrize(("after", "caught"), [(False, 0), (True, 1)])
def test_a_connection_cut_before_or_after_the_message_was_taken(
    sandbox: SandboxServer, after: bool, caught: int
) -> None:
    sandbox.control.fault(provider="mail", disconnect=True, after=after)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(sandbox, message())
    assert len(sandbox.control.mail()) == caught


def test_a_damaged_message_is_shown_as_far_as_it_goes(sandbox: SandboxServer) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=60) as smtp:
        smtp.sendmail("a@b.test", ["c@d.test"], b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe")
    (mail,) = sandbox.control.mail_wait()
    assert mail["subject"] == ""
    assert get(f"{sandbox.url}/mail/{mail['id']}").status_code == 200


def test_mail_can_be_thrown_away(sandbox: SandboxServer) -> None:
    send(sandbox, message())
    sandbox.control.mail_clear()
    assert sandbox.control.mail() == []
