"""Every operation, in every version that is taken, held to Microsoft's schemas by both sides."""

from __future__ import annotations

import pytest
from exchangelib import EWSDate
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import Recurrence, WeeklyPattern

from sandbox.exchange.testing import ANNA, BEN, EWS_PATH, PASSWORD, ExchangeControl
from sandbox.testing import SandboxServer
from tests.sandbox import web
from tests.sandbox.exchange.conftest import Open, at, item
from tests.sandbox.exchange.schemas import CONTRACTS, CheckedAdapter, breaches

pytestmark = pytest.mark.skipif(not CONTRACTS, reason="CONTRACTS_DIR names no schemas")
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
OPERATIONS = {
    "ConvertId", "GetFolder", "FindFolder", "FindItem", "GetItem", "SyncFolderItems", "CreateItem", "UpdateItem",
    "DeleteItem", "GetServerTimeZones", "ResolveNames",
}  # fmt: skip


@pytest.mark.parametrize("version", ["2010 SP2", "2013", "2016", "2019"])
def test_every_message_keeps_to_the_schemas(mailbox: Open, exchange: ExchangeControl, version: str) -> None:
    CheckedAdapter.seen.clear()
    exchange.version(version)
    anna = mailbox()
    everybody = [Attendee(mailbox=Mailbox(email_address=BEN), response_type="Unknown")]
    rule = Recurrence(pattern=WeeklyPattern(interval=1, weekdays=["Monday"]), start=EWSDate(2026, 3, 2), number=4)
    made = item(anna, body="<p>Hello</p>", recurrence=rule, required_attendees=everybody, categories=["Work"])
    made.save(send_meeting_invitations="SendToAllAndSaveCopy")
    second = made.occurrence(index=2)
    second.subject = "Second"
    second.save(update_fields=["subject"])
    made.occurrence(index=3).delete()
    assert len(list(anna.calendar.view(start=at(1), end=at(31)))) == 3
    assert [kind for kind, _ in anna.calendar.sync_items()] == ["create"]
    assert len(list(anna.calendar.all())) == 1
    assert len(list(anna.root.tois.children)) == 5
    anna.protocol.resolve_names([ANNA])
    views = anna.protocol.get_free_busy_info(accounts=[(anna, "Required", False)], start=at(1), end=at(9))
    assert len(list(views)) == 1
    made.delete(send_meeting_cancellations="SendToAllAndSaveCopy")
    list(anna.calendar.sync_items())
    assert exchange.state()["violations"] == []
    said = {f"request {name}" for name in OPERATIONS} | {f"answer {name}Response" for name in OPERATIONS}
    assert said | {"request GetUserAvailabilityRequest", "answer GetUserAvailabilityResponse"} <= CheckedAdapter.seen


def test_a_broken_request_is_refused_and_kept(sandbox: SandboxServer) -> None:
    envelope = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<m:GetFolder xmlns:m="{MESSAGES}"/></s:Body></s:Envelope>'
    )
    assert breaches(envelope.encode())
    answer = web.post(sandbox.url + EWS_PATH, data=envelope, auth=("anna", PASSWORD))
    assert answer.status_code == 500
    assert "ErrorSchemaValidation" in answer.text
    (violation,) = sandbox.control.exchange.state()["violations"]
    assert (violation["side"], violation["name"]) == ("request", "GetFolder")
