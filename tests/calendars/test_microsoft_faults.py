"""What Microsoft's failures mean for us, each made by the sandbox at each call, over real sockets."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Membership
from calendars.exceptions import CalendarGone, EventRefused, SyncTokenExpired
from calendars.models import CalendarAccount
from calendars.providers.protocol import CalendarClient, EventDraft, Interval, RemoteChannel
from calendars.services.calendars import calendars_list
from calendars.services.clients import calendar_client
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from hubclone.lib.errors import PermanentError, TransientError
from sandbox.testing import Control
from tests.calendars.provider_contract import HOUR, soon
from tests.calendars.provider_faults import assert_over, assert_passes
from tests.connections.microsoft import ANNA, PROJECTS, connected

pytestmark = pytest.mark.django_db
WINDOW = Interval(soon(-1), soon(30))
Call = Callable[[CalendarClient, str], Any]
TOKEN_CALL = "POST /common/oauth2/v2.0/token"


def draft(calendar: str, uid: uuid.UUID | None = None) -> EventDraft:
    return EventDraft(
        calendar_remote_id=calendar,
        uid=uid or uuid.uuid4(),
        summary="Intro",
        interval=Interval(soon(), soon() + HOUR),
        time_zone="Europe/Warsaw",
    )


def _open(client: CalendarClient, calendar: str) -> object:
    return client.channel_open(calendar, channel_id=uuid.uuid4(), token="t", address="http://127.0.0.1:9/x")


CALLS: dict[str, tuple[str, Call]] = {
    "list": ("/me/calendars$", lambda c, id_: c.calendars()),
    "events": ("/calendarView/delta$", lambda c, id_: list(c.events(id_, sync_token="", window=WINDOW))),
    "schedule": ("/getSchedule$", lambda c, id_: c.busy([id_], window=Interval(soon(1), soon(2)))),
    "view": ("/calendarView$", lambda c, id_: c.busy([id_], window=Interval(soon(0), soon(60)))),
    "create": ("/events$", lambda c, id_: c.event_create(draft(id_))),
    "find": ("/events$", lambda c, id_: c.event_find(id_, uid=uuid.uuid4())),
    "delete": ("/events/", lambda c, id_: c.event_delete(id_, event_id="AAMkAGxxxxxxxxxxxxxxxxxxxxxxxx")),
    "close": ("/subscriptions/", lambda c, id_: c.channel_close(RemoteChannel(uuid.uuid4(), "gone", None))),
}
ALL_CALLS: dict[str, tuple[str, Call]] = CALLS | {"subscribe": ("/subscriptions$", _open)}
IMPATIENT_SECONDS = 0.4
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "429": ({"status": 429}, "RATE_LIMITED"),
    "throttled mailbox": ({"status": 503, "reason": "MailboxConcurrency"}, "RATE_LIMITED"),
    "500": ({"status": 500}, "PROVIDER_DOWN"),
    "503": ({"status": 503}, "PROVIDER_DOWN"),
    "504": ({"status": 504}, "PROVIDER_DOWN"),
    "time-out": ({"delay": 5.0}, "PROVIDER_UNREACHABLE"),
    "dropped": ({"disconnect": True}, "PROVIDER_UNREACHABLE"),
}


@pytest.fixture
def calendar_account(member: Membership, sandbox: Control) -> CalendarAccount:
    found = connected(member)
    calendars_list(calendar_account=found)
    return found


@pytest.fixture
def client(calendar_account: CalendarAccount) -> CalendarClient:
    return calendar_client(calendar_account, timeout_seconds=1.5)


@pytest.fixture
def primary(calendar_account: CalendarAccount) -> str:
    return calendar_account.calendars.get(is_primary=True).remote_id


@pytest.mark.parametrize("call", ALL_CALLS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_passing_fault_is_transient_and_noted_at_every_call(
    calendar_account: CalendarAccount, primary: str, sandbox: Control, call: str, fault: str
) -> None:
    (path, work), (given, code) = ALL_CALLS[call], FAULTS[fault]
    client = calendar_client(calendar_account, timeout_seconds=IMPATIENT_SECONDS if fault == "time-out" else 1.5)
    sandbox.fault(provider="microsoft", path=path, times=0, **given)
    assert_passes(lambda: work(client, primary), code)


def test_a_retry_after_is_passed_on(client: CalendarClient, sandbox: Control) -> None:
    sandbox.fault(provider="microsoft", path="/me/calendars$", status=429, retry_after=17)
    with pytest.raises(TransientError) as caught:
        client.calendars()
    assert caught.value.retry_after == 17
    assert client.calendars()
    assert Connection.objects.get().last_error_code == "", "the next success clears the error"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.spec("A12")
def test_a_token_that_microsoft_refuses_is_renewed_once_and_the_call_repeated(
    client: CalendarClient, primary: str, sandbox: Control, call: str
) -> None:
    sandbox.microsoft.token_expire(ANNA)
    sandbox.requests_clear()
    CALLS[call][1](client, primary)
    assert sandbox.requests()[TOKEN_CALL] == 1


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.spec("A12")
def test_a_grant_revoked_while_in_use_needs_its_owner(
    client: CalendarClient, primary: str, sandbox: Control, call: str
) -> None:
    sandbox.microsoft.token_expire(ANNA)
    sandbox.microsoft.revoke(ANNA)
    assert_over(lambda: CALLS[call][1](client, primary), sandbox)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 401}, "TOKEN_REFUSED"),
        ({"status": 404, "reason": "MailboxNotEnabledForRESTAPI"}, "MAILBOX_NOT_ENABLED"),
    ],
)
def test_what_only_a_person_can_mend_is_said(
    client: CalendarClient, sandbox: Control, fault: dict[str, Any], code: str
) -> None:
    sandbox.fault(provider="microsoft", path="/me/calendars$", times=0, **fault)
    with pytest.raises(GrantRevoked):
        client.calendars()
    assert Connection.objects.get().last_error_code == code


@pytest.mark.parametrize("work", ["events", "create", "subscribe"])
def test_a_deleted_calendar_is_gone_and_the_connection_is_fine(
    client: CalendarClient, sandbox: Control, work: str
) -> None:
    projects = sandbox.microsoft.calendar_id(PROJECTS)
    sandbox.microsoft.calendar_delete(PROJECTS)
    with pytest.raises(CalendarGone):
        ALL_CALLS[work][1](client, projects)
    assert Connection.objects.get().state == ConnectionState.ACTIVE


@pytest.mark.spec("C21")
def test_an_event_whose_answer_was_lost_is_found_by_the_retry(
    client: CalendarClient, primary: str, sandbox: Control
) -> None:
    uid = uuid.uuid4()
    sandbox.fault(provider="microsoft", path="/events$", method="POST", disconnect=True, after=True, times=0)
    with pytest.raises(TransientError):
        client.event_create(draft(primary, uid))
    sandbox.clear()
    made = client.event_create(draft(primary, uid))
    assert [event["id"] for event in sandbox.microsoft.events(ANNA)] == [made.remote_id]


@pytest.mark.spec("C21")
def test_a_repeat_that_is_refused_as_one_is_answered_with_the_event_that_is_there(
    client: CalendarClient, primary: str, sandbox: Control
) -> None:
    uid = uuid.uuid4()
    made = client.event_create(draft(primary, uid))
    sandbox.fault(provider="microsoft", path="/events$", method="POST", status=409, times=0)
    assert client.event_create(draft(primary, uid)).remote_id == made.remote_id
    with pytest.raises(TransientError):
        client.event_create(draft(primary))


@pytest.mark.parametrize("status", [400, 413])
def test_an_event_that_microsoft_will_never_take_is_refused_for_good(
    client: CalendarClient, primary: str, sandbox: Control, status: int
) -> None:
    sandbox.fault(provider="microsoft", path="/events$", method="POST", status=status)
    with pytest.raises(EventRefused):
        client.event_create(draft(primary))


@pytest.mark.parametrize("body", ["<html>Sign in to the Wi-Fi</html>", [1, 2], "null"])
def test_an_answer_that_is_no_object_is_transient(client: CalendarClient, sandbox: Control, body: object) -> None:
    sandbox.fault(provider="microsoft", path="/me/calendars$", status=200, body=body)
    with pytest.raises(TransientError):
        client.calendars()


def test_a_redirect_is_not_followed(client: CalendarClient, sandbox: Control) -> None:
    sandbox.fault(provider="microsoft", path="/me/calendars$", status=302)
    with pytest.raises(PermanentError) as caught:
        client.calendars()
    assert caught.value.code == "REFUSED"


def test_pages_without_end_are_given_up(client: CalendarClient, primary: str, sandbox: Control) -> None:
    sandbox.microsoft.endless_pages(ANNA)
    with pytest.raises(PermanentError) as caught:
        list(client.events(primary, sync_token="", window=WINDOW))
    assert caught.value.code == "TOO_MANY_PAGES"


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/v1.0/me/calendars?$skiptoken=x",
        "http://127.0.0.1:1/v1.0/me",
        "{graph}.elsewhere.example/me/calendars",
        "{graph}/../../evil",
    ],
)
def test_a_next_page_elsewhere_does_not_get_our_token(
    client: CalendarClient, primary: str, sandbox: Control, settings: Any, link: str
) -> None:
    link = link.replace("{graph}", settings.MICROSOFT["graph_url"])
    sandbox.fault(
        provider="microsoft", path="/calendarView/delta$", status=200, body={"value": [], "@odata.nextLink": link}
    )
    with pytest.raises(PermanentError) as caught:
        list(client.events(primary, sync_token="", window=WINDOW))
    assert caught.value.code == "FOREIGN_LINK"


def test_a_sync_token_of_another_host_starts_over(client: CalendarClient, primary: str, sandbox: Control) -> None:
    """As after a move to another cloud of Microsoft's."""
    sandbox.requests_clear()
    with pytest.raises(SyncTokenExpired):
        list(client.events(primary, sync_token="https://elsewhere.example/delta\n", window=WINDOW))
    assert sandbox.requests() == {}


def test_a_sync_that_ends_without_a_token_is_not_taken_for_whole(
    client: CalendarClient, primary: str, sandbox: Control
) -> None:
    sandbox.fault(provider="microsoft", path="/calendarView/delta$", status=200, body={"value": []})
    with pytest.raises(TransientError):
        list(client.events(primary, sync_token="", window=WINDOW))


@pytest.mark.spec("C22")
@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 400}, {"status": 200, "body": {"value": []}}])
def test_without_the_free_busy_service_the_calendar_itself_is_asked(
    client: CalendarClient, primary: str, sandbox: Control, fault: dict[str, Any]
) -> None:
    client.event_create(draft(primary))
    sandbox.fault(provider="microsoft", path="/getSchedule$", times=0, **fault)
    found = client.busy([primary], window=Interval(soon() - HOUR, soon() + 3 * HOUR))
    assert found == {primary: [Interval(soon(), soon() + HOUR)]}


def test_an_address_that_may_not_be_reached_is_refused(
    calendar_account: CalendarAccount, sandbox: Control, settings: Any
) -> None:
    settings.OUTBOUND_ALLOWED = ()
    with pytest.raises(PermanentError) as caught:
        calendar_client(calendar_account).calendars()
    assert caught.value.code == "ADDRESS_REFUSED"


def test_a_certificate_of_another_authority_is_not_trusted(
    calendar_account: CalendarAccount, sandbox: Control, settings: Any
) -> None:
    settings.MICROSOFT = {**settings.MICROSOFT, "ca_file": ""}
    with pytest.raises(TransientError) as caught:
        calendar_client(calendar_account).calendars()
    assert caught.value.code == "PROVIDER_UNREACHABLE"
