"""Bad days: faults in SOAP, pages in its place, redirections, lost answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from exchangelib import BASIC, NTLM, Account
from exchangelib.errors import ErrorServerBusy, ErrorTimeoutExpired, RedirectError, SOAPError, TransportError

from sandbox.exchange.testing import ANNA, EWS_PATH, PASSWORD
from sandbox.testing import SandboxServer
from tests.sandbox import web
from tests.sandbox.exchange.conftest import Open, item


def test_a_busy_server_says_for_how_long(anna: Account, sandbox: SandboxServer) -> None:
    wanted = item(anna)
    sandbox.control.fault(
        provider="exchange", method="CreateItem", status=500, reason="ErrorServerBusy", retry_after=2.5
    )
    with pytest.raises(ErrorServerBusy) as caught:
        wanted.save()
    assert caught.value.back_off == 2.5
    wanted.save()
    assert sandbox.control.requests()["EWS CreateItem"] == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 200, "body": "<html><body>Sign in</body></html>"}, SOAPError),
        ({"status": 200, "body": "not a page <"}, SOAPError),
        ({"status": 302}, RedirectError),
        ({"status": 503}, TransportError),
        ({"status": 404}, TransportError),
        ({"disconnect": True}, TransportError),
    ],
)
def test_what_is_no_soap_is_told_apart(
    mailbox: Open, sandbox: SandboxServer, fault: dict[str, Any], error: type[Exception]
) -> None:
    sandbox.control.fault(provider="exchange", times=0, **fault)
    with pytest.raises(Exception) as caught:  # noqa: PT011, B017 - the library has many names for it
        mailbox().calendar  # noqa: B018 - asked of the server
    assert isinstance(caught.value, (error, TransportError)), repr(caught.value)
    sandbox.control.clear()
    assert mailbox().calendar.name == "Calendar"


@pytest.mark.parametrize("auth", [BASIC, NTLM])
def test_an_answer_is_lost_after_the_item_was_made(mailbox: Open, sandbox: SandboxServer, auth: str) -> None:
    anna = mailbox(auth=auth)
    wanted = item(anna)
    sandbox.control.fault(provider="exchange", method="CreateItem", disconnect=True, after=True)
    with pytest.raises(ErrorTimeoutExpired):
        wanted.save()
    assert [one["subject"] for one in sandbox.control.exchange.items(ANNA)] == ["Meeting"]


def test_mailboxes_outlast_a_crash(tmp_path: Path) -> None:
    with SandboxServer(tmp_path) as first:
        times = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z"}
        made = first.control.exchange.event_create(calendar=ANNA, subject="Kept", **times)
        first.control.exchange.version("2013")
        first.kill()
    with SandboxServer(tmp_path) as second:
        (kept,) = second.control.exchange.items(ANNA)
        assert (kept["id"], kept["subject"]) == (made["id"], "Kept")
        assert second.control.exchange.state()["version"] == "2013"


def test_faults_meet_callers_who_are_not_yet_known_too(sandbox: SandboxServer) -> None:
    sandbox.control.fault(provider="exchange", status=302, reason="https://elsewhere.example/owa")
    answer = web.post(sandbox.url + EWS_PATH, data=b"<a/>")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://elsewhere.example/owa")


def test_what_is_no_request_is_refused(sandbox: SandboxServer) -> None:
    envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
    for body, code in (
        ("nothing", "ErrorSchemaValidation"),
        (envelope.format(""), "ErrorSchemaValidation"),
        (envelope.format("<Unknown/>"), "Error"),
    ):
        answer = web.post(sandbox.url + EWS_PATH, data=body, auth=("anna", PASSWORD))
        assert answer.status_code in {400, 500}
        assert code in answer.text
