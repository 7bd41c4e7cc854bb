"""What Exchange's failures mean for us, each made by the sandbox at each call, over real sockets."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from exchangelib.protocol import CachingProtocol

from accounts.models import Membership, OutgoingEmail
from calendars.exceptions import CalendarGone, EventRefused, SyncTokenExpired
from calendars.models import CalendarAccount
from calendars.providers.exchange.errors import exchange_failure
from calendars.providers.protocol import Attendee, CalendarClient, EventDraft, Interval, Unreadable
from calendars.services.clients import calendar_client
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from hubclone.lib.errors import PermanentError, TransientError
from sandbox.exchange.testing import ANNA, BEN
from sandbox.testing import Control, SandboxServer
from tests.calendars.provider_contract import HOUR, soon
from tests.calendars.provider_faults import assert_passes
from tests.connections.exchange import exchange_connected

pytestmark = pytest.mark.django_db
WINDOW = Interval(soon(-1), soon(30))
Call = Callable[[CalendarClient, str], Any]


def draft(folder: str, uid: uuid.UUID | None = None, **changes: Any) -> EventDraft:
    """An hour with a guest."""
    given = {
        "calendar_remote_id": folder,
        "uid": uid or uuid.uuid4(),
        "summary": "Intro",
        "interval": Interval(soon(), soon() + HOUR),
        "time_zone": "Europe/Warsaw",
        "attendees": (Attendee("guest@example.test", "Zoë Guest"),),
    }
    return EventDraft(**{**given, **changes})


CALLS: dict[str, tuple[str, Call]] = {
    "list": ("FindFolder", lambda c, folder: c.calendars()),
    "state": ("SyncFolderItems", lambda c, folder: list(c.events(folder, sync_token="", window=WINDOW))),
    "view": ("FindItem", lambda c, folder: list(c.events(folder, sync_token="", window=WINDOW))),
    "busy": ("FindItem", lambda c, folder: c.busy([folder], window=WINDOW)),
    "find": ("FindItem", lambda c, folder: c.event_find(folder, uid=uuid.uuid4())),
    "create": ("CreateItem", lambda c, folder: c.event_create(draft(folder))),
    "get": ("GetItem", lambda c, folder: c.event_get(folder, event_id="AAMkADAw")),
    "folder": ("GetFolder", lambda c, folder: c.event_get(folder, event_id="")),
}
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "ErrorServerBusy": ({"status": 500, "reason": "ErrorServerBusy", "retry_after": 7}, "SERVER_BUSY"),
    "503": ({"status": 503}, "SERVER_BUSY"),
    "429": ({"status": 429}, "SERVER_BUSY"),
    "store away": ({"status": 500, "reason": "ErrorMailboxStoreUnavailable"}, "PROVIDER_UNREACHABLE"),
    "500": ({"status": 500}, "ANSWER_UNREADABLE"),
    "html": ({"status": 200, "body": "<html><body>Outlook</body></html>"}, "ANSWER_UNREADABLE"),
    "404": ({"status": 404}, "ANSWER_UNREADABLE"),
    "302": ({"status": 302, "reason": "https://mail.corp.example/owa/"}, "ANSWER_UNREADABLE"),
    "time-out": ({"delay": 4.0}, "PROVIDER_UNREACHABLE"),
    "dropped": ({"disconnect": True}, "PROVIDER_UNREACHABLE"),
}


@pytest.fixture
def calendar_account(member: Membership, sandbox: Control, sandbox_server: SandboxServer) -> CalendarAccount:
    sandbox.exchange.auth("basic")
    return exchange_connected(member, sandbox_server)


@pytest.fixture
def client(calendar_account: CalendarAccount) -> CalendarClient:
    return calendar_client(calendar_account, timeout_seconds=1.5)


@pytest.fixture
def folder(sandbox: Control) -> str:
    return sandbox.exchange.calendar(ANNA)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "time-out"])
def test_a_passing_fault_is_transient_and_noted_at_every_call(
    client: CalendarClient, sandbox: Control, folder: str, call: str, fault: str
) -> None:
    _assert_fails_for_a_while(client, sandbox, folder, call, fault)


@pytest.mark.parametrize("call", ["list", "create"])
def test_an_answer_that_takes_too_long_is_transient(
    client: CalendarClient, sandbox: Control, folder: str, call: str
) -> None:
    _assert_fails_for_a_while(client, sandbox, folder, call, "time-out")


def _assert_fails_for_a_while(client: CalendarClient, sandbox: Control, folder: str, call: str, fault: str) -> None:
    (operation, work), (given, code) = CALLS[call], FAULTS[fault]
    sandbox.fault(provider="exchange", method=operation, times=0, **given)
    assert_passes(lambda: work(client, folder), code)
    sandbox.clear()
    work(client, folder)
    assert Connection.objects.get().last_error_code == ""


@pytest.mark.parametrize("given", [{"status": 500, "reason": "ErrorServerBusy"}, {"status": 503}])
def test_how_long_to_wait_is_passed_on(client: CalendarClient, sandbox: Control, given: dict[str, Any]) -> None:
    sandbox.fault(provider="exchange", method="FindFolder", retry_after=17, **given)
    with pytest.raises(TransientError) as caught:
        client.calendars()
    assert caught.value.retry_after == 17


@pytest.mark.parametrize("method", ["basic", "ntlm"])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.spec("A12")
def test_a_password_changed_while_in_use_needs_its_owner(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, folder: str, call: str, method: str
) -> None:
    sandbox.exchange.auth(method)
    client = calendar_client(exchange_connected(member, sandbox_server))
    client.event_get(folder, event_id="")
    sandbox.exchange.password(account=ANNA, password="Another-2")  # noqa: S106
    for _ in range(2):
        with pytest.raises(GrantRevoked):
            CALLS[call][1](client, folder)
    assert Connection.objects.get().state == ConnectionState.NEEDS_ATTENTION
    assert OutgoingEmail.objects.count() == 1
    sandbox.requests_clear()
    with pytest.raises(GrantRevoked):
        calendar_client(CalendarAccount.objects.get()).calendars()
    assert sandbox.requests() == {}


def test_one_refusal_among_good_answers_is_no_reason_to_ask_the_owner(client: CalendarClient, sandbox: Control) -> None:
    """A busy server says 401, too."""
    sandbox.fault(provider="exchange", method="FindFolder", status=401)
    assert client.calendars()
    assert Connection.objects.get().state == ConnectionState.ACTIVE


def test_a_connection_made_anew_while_the_old_password_was_in_use_is_not_marked(
    client: CalendarClient, member: Membership, sandbox: Control, sandbox_server: SandboxServer, folder: str
) -> None:
    client.event_get(folder, event_id="")
    sandbox.exchange.password(account=ANNA, password="Another-2")  # noqa: S106
    exchange_connected(member, sandbox_server, password="Another-2")  # noqa: S106
    assert client.calendars()
    assert Connection.objects.get().state == ConnectionState.ACTIVE


@pytest.mark.parametrize("error", ["ErrorAccessDenied", "ErrorItemNotFound", "ErrorFolderNotFound"])
@pytest.mark.spec("C10")
def test_a_shared_calendar_that_was_withdrawn_is_gone_and_the_connection_is_fine(
    client: CalendarClient, sandbox: Control, error: str
) -> None:
    shared = sandbox.exchange.calendar(BEN)
    sandbox.exchange.calendar_share(calendar=BEN, account=ANNA, role="editor")
    made = client.event_create(draft(shared, attendees=()))
    (*_, last) = client.events(shared, sync_token="", window=WINDOW)
    sandbox.exchange.calendar_unshare(calendar=BEN, account=ANNA, error=error)
    for work in (
        lambda: list(client.events(shared, sync_token="", window=WINDOW)),
        lambda: list(client.events(shared, sync_token=last.sync_token or "", window=WINDOW)),
        lambda: client.event_create(draft(shared)),
        lambda: client.event_get(shared, event_id=made.remote_id),
        lambda: client.event_update(draft(shared), event_id=made.remote_id),
        lambda: client.event_delete(shared, event_id=made.remote_id),
        lambda: client.event_find(shared, uid=uuid.uuid4()),
    ):
        with pytest.raises(CalendarGone):
            work()
    assert isinstance(client.busy([shared], window=WINDOW)[shared], Unreadable)
    assert Connection.objects.get().state == ConnectionState.ACTIVE


@pytest.mark.spec("C21")
def test_an_event_whose_answer_was_lost_is_found_and_its_guest_invited_once(
    client: CalendarClient, sandbox: Control, folder: str
) -> None:
    wanted = draft(folder)
    sandbox.fault(provider="exchange", method="CreateItem", disconnect=True, after=True)
    with pytest.raises(TransientError):
        client.event_create(wanted)
    made = client.event_create(wanted)
    assert client.event_find(folder, uid=wanted.uid) == made
    assert made.draft_uid == str(wanted.uid)
    assert made.ical_uid
    assert len([item for item in sandbox.exchange.items(folder) if not item["deleted"]]) == 1
    assert len(sandbox.exchange.state(limit=0)["invitations"]) == 1
    assert client.event_find(folder, uid=uuid.uuid4()) is None


@pytest.mark.spec("C21", "C23")
def test_guests_are_told_of_what_was_made_moved_and_deleted_and_have_not_accepted_yet(
    client: CalendarClient, sandbox: Control, folder: str
) -> None:
    wanted = draft(folder)
    made = client.event_create(wanted)
    (item,) = sandbox.exchange.items(folder)
    assert [one["response"] for one in item["required"]] == ["Unknown"]
    target = draft(folder, wanted.uid, interval=Interval(soon(5), soon(5) + HOUR))
    for _ in range(2):
        client.event_update(target, event_id=made.remote_id)
    client.event_delete(folder, event_id=made.remote_id)
    kinds = [one["kind"] for one in sandbox.exchange.state(limit=0)["invitations"]]
    assert kinds == ["request", "update", "cancel"]


def test_without_an_invitation_nobody_is_told(client: CalendarClient, sandbox: Control, folder: str) -> None:
    client.event_create(draft(folder, invite=False))
    assert sandbox.exchange.state(limit=0)["invitations"] == []


def test_an_event_that_exchange_refuses_is_refused(client: CalendarClient, folder: str) -> None:
    with pytest.raises(EventRefused):
        client.event_create(draft(folder, attendees=(Attendee("no address"),)))


def test_no_password_of_one_connection_serves_another(
    client: CalendarClient, sandbox: Control, member: Membership, editor: Membership, sandbox_server: SandboxServer
) -> None:
    """The library's cache of protocols holds nothing of ours, and two users of one server stay two."""
    assert client.calendars()
    other = calendar_client(exchange_connected(editor, sandbox_server, email=BEN, user_name="ben"))
    own = {calendar.remote_id for calendar in other.calendars() if calendar.is_primary}
    assert own == {sandbox.exchange.calendar(BEN)}
    assert CachingProtocol._protocol_cache == {}


def test_every_error_of_the_web_services_means_something() -> None:
    """None of the several hundred is left without a kind of ours."""
    from exchangelib import errors

    found = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.EWSError)]
    kinds = {type(exchange_failure(_made(kind))) for kind in found}
    assert kinds <= {TransientError, PermanentError, CalendarGone, SyncTokenExpired, GrantRevoked}
    assert len(found) > 300


def _made(kind: Any) -> Exception:
    made = kind.__new__(kind)
    made.back_off = None
    return made  # type: ignore[no-any-return]
