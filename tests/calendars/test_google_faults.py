"""What Google's failures mean for us, each made by the sandbox at each call, over real sockets."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Membership
from calendars.exceptions import CalendarGone, EventRefused
from calendars.models import CalendarAccount
from calendars.providers.protocol import CalendarClient, EventDraft, Interval, RemoteChannel
from calendars.services.clients import calendar_client
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.providers.google.provider import GOOGLE
from hubclone.lib.errors import PermanentError, TransientError
from sandbox.testing import Control
from tests.calendars.provider_contract import HOUR, soon
from tests.calendars.provider_faults import assert_over, assert_passes
from tests.connections.google import ANNA, FAMILY, connected

pytestmark = pytest.mark.django_db
WINDOW = Interval(soon(-1), soon(30))
Call = Callable[[CalendarClient], Any]


def draft(uid: uuid.UUID | None = None, calendar: str = ANNA) -> EventDraft:
    return EventDraft(
        calendar_remote_id=calendar,
        uid=uid or uuid.uuid4(),
        summary="Intro",
        interval=Interval(soon(), soon() + HOUR),
        time_zone="Europe/Warsaw",
    )


def _close(client: CalendarClient) -> None:
    client.channel_close(RemoteChannel(uuid.uuid4(), "resource", None))


CALLS: dict[str, tuple[str, Call]] = {
    "list": ("/calendarList$", lambda c: c.calendars()),
    "events": ("/events$", lambda c: list(c.events(ANNA, sync_token="", window=WINDOW))),
    "busy": ("/freeBusy$", lambda c: c.busy([ANNA], window=WINDOW)),
    "create": ("/events$", lambda c: c.event_create(draft())),
    "watch": (
        "/watch$",
        lambda c: c.channel_open(ANNA, channel_id=uuid.uuid4(), token="t", address="http://127.0.0.1:9/x"),
    ),
    "stop": ("/channels/stop$", _close),
}
IMPATIENT_SECONDS = 0.4
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "429": ({"status": 429}, "RATE_LIMITED"),
    "403 rateLimitExceeded": ({"status": 403, "reason": "rateLimitExceeded"}, "RATE_LIMITED"),
    "403 userRateLimitExceeded": ({"status": 403, "reason": "userRateLimitExceeded"}, "RATE_LIMITED"),
    "500": ({"status": 500}, "PROVIDER_DOWN"),
    "503": ({"status": 503}, "PROVIDER_DOWN"),
    "time-out": ({"delay": 5.0}, "PROVIDER_UNREACHABLE"),
    "dropped": ({"disconnect": True}, "PROVIDER_UNREACHABLE"),
}


@pytest.fixture
def calendar_account(member: Membership, sandbox: Control) -> CalendarAccount:
    return connected(member)


@pytest.fixture
def client(calendar_account: CalendarAccount) -> CalendarClient:
    return calendar_client(calendar_account, timeout_seconds=1.5)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_passing_fault_is_transient_and_noted_at_every_call(
    calendar_account: CalendarAccount, sandbox: Control, call: str, fault: str
) -> None:
    (path, work), (given, code) = CALLS[call], FAULTS[fault]
    client = calendar_client(calendar_account, timeout_seconds=IMPATIENT_SECONDS if fault == "time-out" else 1.5)
    sandbox.fault(provider="google", path=path, times=0, **given)
    assert_passes(lambda: work(client), code)


def test_a_retry_after_is_passed_on(client: CalendarClient, sandbox: Control) -> None:
    sandbox.fault(provider="google", path="/calendarList$", status=429, retry_after=17)
    with pytest.raises(TransientError) as caught:
        client.calendars()
    assert caught.value.retry_after == 17


def test_the_next_success_clears_the_error(client: CalendarClient, sandbox: Control) -> None:
    sandbox.fault(provider="google", path="/calendarList$", status=500)
    with pytest.raises(TransientError):
        client.calendars()
    assert client.calendars()
    assert Connection.objects.get().last_error_code == ""


@pytest.mark.parametrize("call", [name for name in CALLS if name != "stop"])
@pytest.mark.spec("A12")
def test_a_token_that_google_refuses_is_renewed_once_and_the_call_repeated(
    client: CalendarClient, calendar_account: CalendarAccount, sandbox: Control, call: str
) -> None:
    sandbox.google.token_expire(ANNA)
    sandbox.requests_clear()
    CALLS[call][1](client)
    assert sandbox.requests()["POST /google/token"] == 1


@pytest.mark.parametrize("call", [name for name in CALLS if name != "stop"])
@pytest.mark.spec("A12")
def test_a_grant_revoked_while_in_use_needs_its_owner(client: CalendarClient, sandbox: Control, call: str) -> None:
    sandbox.google.revoke(ANNA)
    assert_over(lambda: CALLS[call][1](client), sandbox)


def test_a_fresh_token_that_is_refused_too_needs_its_owner(client: CalendarClient, sandbox: Control) -> None:
    sandbox.fault(provider="google", path="/calendarList$", status=401, times=0)
    with pytest.raises(GrantRevoked):
        client.calendars()
    assert Connection.objects.get().last_error_code == "TOKEN_REFUSED"


def test_a_missing_permission_needs_the_owner(client: CalendarClient, sandbox: Control) -> None:
    sandbox.fault(provider="google", path="/calendarList$", status=403, reason="insufficientPermissions")
    with pytest.raises(GrantRevoked):
        client.calendars()
    assert Connection.objects.get().last_error_code == "SCOPE_INSUFFICIENT"


@pytest.mark.parametrize("call", [name for name in CALLS if name != "stop"])
def test_an_api_that_is_not_switched_on_is_no_lost_calendar_and_has_words_of_its_own(
    client: CalendarClient, sandbox: Control, call: str
) -> None:
    path, work = CALLS[call]
    sandbox.fault(provider="google", path=path, status=403, reason="accessNotConfigured")
    assert_passes(lambda: work(client), "API_OFF")
    assert "Google Calendar API" in str(GOOGLE.error_guide["API_OFF"].words)


@pytest.mark.parametrize("work", ["events", "create", "watch"])
def test_a_deleted_calendar_is_gone_and_the_connection_is_fine(
    client: CalendarClient, sandbox: Control, work: str
) -> None:
    sandbox.google.calendar_delete(FAMILY)
    calls: dict[str, Call] = {
        "events": lambda c: list(c.events(FAMILY, sync_token="", window=WINDOW)),
        "create": lambda c: c.event_create(draft(calendar=FAMILY)),
        "watch": lambda c: c.channel_open(FAMILY, channel_id=uuid.uuid4(), token="t", address="http://127.0.0.1:9/"),
    }
    with pytest.raises(CalendarGone):
        calls[work](client)
    assert Connection.objects.get().state == ConnectionState.ACTIVE


@pytest.mark.spec("C21")
def test_an_event_whose_answer_was_lost_is_found_by_the_retry(client: CalendarClient, sandbox: Control) -> None:
    uid = uuid.uuid4()
    sandbox.fault(provider="google", path="/events$", method="POST", disconnect=True, after=True, times=0)
    with pytest.raises(TransientError):
        client.event_create(draft(uid))
    sandbox.clear()
    made = client.event_create(draft(uid))
    assert [event["id"] for event in sandbox.google.events(ANNA)] == [made.remote_id]


def test_an_event_that_google_will_never_take_is_refused_for_good(client: CalendarClient, sandbox: Control) -> None:
    sandbox.fault(provider="google", path="/events$", method="POST", status=400, reason="invalid")
    with pytest.raises(EventRefused):
        client.event_create(draft())


def test_an_answer_that_is_no_json_is_transient(client: CalendarClient, sandbox: Control) -> None:
    sandbox.fault(provider="google", path="/calendarList$", status=200, body="<html>Sign in to the Wi-Fi</html>")
    with pytest.raises(TransientError):
        client.calendars()


def test_an_address_that_may_not_be_reached_is_refused(
    calendar_account: CalendarAccount, sandbox: Control, settings: Any
) -> None:
    settings.OUTBOUND_ALLOWED = ()
    with pytest.raises(PermanentError) as caught:
        calendar_client(calendar_account).calendars()
    assert caught.value.code == "ADDRESS_REFUSED"
