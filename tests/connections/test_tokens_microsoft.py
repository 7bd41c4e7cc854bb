"""Microsoft's tokens: refresh tokens rotate, one refresh reaches Microsoft, each end of a grant has its words (A12)."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Membership, OutgoingEmail
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.registries import PROVIDERS
from connections.services.tokens import access_token_get
from hubclone.lib.errors import PermanentError, TransientError
from sandbox.testing import Control
from tests.calendars.booking import at_once
from tests.connections.google import token_expire
from tests.connections.microsoft import ANNA, browser, connected

TOKEN_CALL = "POST /common/oauth2/v2.0/token"


def _refresh_token() -> str:
    return str(Connection.objects.defer(None).get().credentials["refresh_token"])


@pytest.mark.django_db
@pytest.mark.spec("A12")
def test_a_rotated_refresh_token_is_kept_and_used_the_next_time(member: Membership, sandbox: Control) -> None:
    connection = connected(member).connection
    seen = {_refresh_token()}
    for _ in range(3):
        token_expire(connection)
        assert access_token_get(connection_id=connection.pk).token
        sandbox.microsoft.refresh_expire(ANNA)
        seen.add(_refresh_token())
    assert len(seen) == 4


@pytest.mark.django_db
def test_an_answer_without_a_new_refresh_token_keeps_the_old_one(member: Membership, sandbox: Control) -> None:
    connection = connected(member).connection
    before = _refresh_token()
    token_expire(connection)
    body = {"token_type": "Bearer", "scope": "Calendars.ReadWrite", "expires_in": 3599, "access_token": "eyJ.new"}
    sandbox.fault(provider="microsoft", path="/token$", status=200, body=body)
    assert access_token_get(connection_id=connection.pk).token == "eyJ.new"
    assert _refresh_token() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A12")
@pytest.mark.parametrize("how", ["expired", "refused"])
def test_twenty_workers_cause_one_refresh(member: Membership, sandbox: Control, how: str) -> None:
    connection = connected(member).connection
    stale = access_token_get(connection_id=connection.pk).token
    if how == "expired":
        token_expire(connection)
    sandbox.requests_clear()
    sandbox.fault(provider="microsoft", path="/token$", delay=0.3)
    given: dict[str, Any] = {"stale": stale} if how == "refused" else {}

    def ask() -> str:
        return access_token_get(connection_id=connection.pk, **given).token

    tokens = at_once([ask] * 20)
    assert len(set(tokens)) == 1
    assert stale not in tokens
    assert sandbox.requests()[TOKEN_CALL] == 1


@pytest.mark.django_db
@pytest.mark.spec("A12", "A10")
@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("revoked", "GRANT_REVOKED"),
        ("inactive", "GRANT_REVOKED"),
        ("consent", "CONSENT_NEEDED"),
        ("conditional_access", "POLICY_FORBIDS"),
        ("mfa", "SIGN_IN_NEEDED"),
    ],
)
def test_each_end_of_a_grant_needs_its_owner_once_and_says_what_to_do(
    member: Membership, sandbox: Control, reason: str, code: str
) -> None:
    connection = connected(member).connection
    token_expire(connection)
    sandbox.microsoft.revoke(ANNA, reason=reason)
    sandbox.requests_clear()
    for _ in range(3):
        with pytest.raises(GrantRevoked):
            access_token_get(connection_id=connection.pk)
    assert sandbox.requests()[TOKEN_CALL] == 1
    connection.refresh_from_db()
    assert (connection.state, connection.last_error_code) == (ConnectionState.NEEDS_ATTENTION, code)
    mail = OutgoingEmail.objects.get()
    assert mail.to == member.user.email
    assert str(PROVIDERS["microsoft"].error_guide[code].words) in mail.text
    assert browser(member).reconnect(connection).status_code == 302
    assert access_token_get(connection_id=connection.pk).token


@pytest.mark.django_db
def test_a_changed_password_needs_the_owner(member: Membership, sandbox: Control) -> None:
    connection = connected(member).connection
    token_expire(connection)
    sandbox.microsoft.password(ANNA)
    with pytest.raises(GrantRevoked):
        access_token_get(connection_id=connection.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fault",
    [{"status": 503}, {"status": 429, "retry_after": 5}, {"disconnect": True}, {"status": 200, "body": "<html>"}],
)
@pytest.mark.parametrize("path", ["/token$", "openid-configuration$"])
def test_a_sign_in_that_is_down_is_no_reason_to_ask_the_owner(
    member: Membership, sandbox: Control, fault: dict[str, Any], path: str
) -> None:
    connection = connected(member).connection
    token_expire(connection)
    sandbox.fault(provider="microsoft", path=path, times=0, **fault)
    with pytest.raises(TransientError):
        access_token_get(connection_id=connection.pk)
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    assert not OutgoingEmail.objects.exists()
    sandbox.clear()
    assert access_token_get(connection_id=connection.pk).token, "no failure is remembered in the process"


@pytest.mark.django_db
def test_our_own_secret_having_run_out_is_nobodys_grant_that_ended(
    member: Membership, sandbox: Control, settings: Settings
) -> None:
    connection = connected(member).connection
    token_expire(connection)
    settings.MICROSOFT = {**settings.MICROSOFT, "client_secret": "old"}
    with pytest.raises(PermanentError) as caught:
        access_token_get(connection_id=connection.pk)
    assert caught.value.code == "CLIENT_REFUSED"
    assert Connection.objects.get().state == ConnectionState.ACTIVE
