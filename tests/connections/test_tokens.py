"""Access tokens: one refresh at a time, and an end that is told once (A11, A12)."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.db import connection as database
from pytest_django import Settings

from accounts.models import AuditEntry, Membership, OutgoingEmail
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.services.forms import form_credentials_refused
from connections.services.state import connection_disconnect, connection_noted, connection_succeeded
from connections.services.tokens import access_token_get
from hubclone.lib.crypto import SecretUnreadable
from hubclone.lib.errors import TransientError
from sandbox.testing import Control
from tests.accounts.factories import actor_of
from tests.connections.google import ANNA, JAN, Browser, connected, token_expire
from tests.waiting import in_thread, rows, until, waiting

TOKEN_CALL = "POST /google/token"


def _connection(member: Membership, account: str = ANNA) -> Connection:
    return connected(member, account).connection


@pytest.mark.django_db
def test_a_good_token_is_answered_without_a_request(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    sandbox.requests_clear()
    assert access_token_get(connection_id=connection.pk).token.startswith("ya29.")
    assert sandbox.requests() == {}


@pytest.mark.django_db
def test_an_expired_token_is_refreshed_and_kept(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    old = access_token_get(connection_id=connection.pk)
    token_expire(connection)
    new = access_token_get(connection_id=connection.pk)
    assert new.token != old.token
    assert access_token_get(connection_id=connection.pk) == new
    assert "refresh_token" in Connection.objects.defer(None).get().credentials


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A12")
def test_twenty_workers_cause_one_refresh(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    token_expire(connection)
    sandbox.requests_clear()
    sandbox.fault(provider="google", path="/token$", delay=0.3)
    tokens = _at_once(20, lambda: access_token_get(connection_id=connection.pk))
    assert len({token.token for token in tokens}) == 1
    assert sandbox.requests()[TOKEN_CALL] == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A12")
def test_twenty_workers_with_a_refused_token_cause_one_refresh(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    stale = access_token_get(connection_id=connection.pk).token
    sandbox.requests_clear()
    tokens = _at_once(20, lambda: access_token_get(connection_id=connection.pk, stale=stale))
    assert len({token.token for token in tokens}) == 1
    assert stale not in {token.token for token in tokens}
    assert sandbox.requests()[TOKEN_CALL] == 1


@pytest.mark.django_db
@pytest.mark.spec("A12")
def test_a_revoked_grant_is_marked_told_once_and_not_asked_again(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    token_expire(connection)
    sandbox.google.revoke(ANNA)
    for _ in range(3):
        with pytest.raises(GrantRevoked):
            access_token_get(connection_id=connection.pk)
    connection.refresh_from_db()
    assert (connection.state, connection.last_error_code) == (ConnectionState.NEEDS_ATTENTION, "GRANT_REVOKED")
    mail = OutgoingEmail.objects.get()
    assert mail.to == member.user.email
    assert f"/connected-apps/{connection.pk}/" in mail.text
    assert sandbox.requests()[TOKEN_CALL] == 2
    assert AuditEntry.objects.filter(action="connection.needs_attention").count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_on_a_revoked_grant_tell_its_owner_once(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    token_expire(connection)
    sandbox.google.revoke(ANNA)
    sandbox.requests_clear()
    errors = _at_once(20, lambda: _error(connection.pk))
    assert {type(error) for error in errors} == {GrantRevoked}
    assert OutgoingEmail.objects.count() == 1
    assert sandbox.requests()[TOKEN_CALL] == 1


@pytest.mark.django_db
def test_a_second_trouble_after_reconnecting_is_told_again(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    for count in (1, 2):
        token_expire(connection)
        sandbox.google.revoke(ANNA)
        with pytest.raises(GrantRevoked):
            access_token_get(connection_id=connection.pk)
        assert OutgoingEmail.objects.count() == count
        assert Browser(member).reconnect(connection).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [{"status": 503}, {"disconnect": True}])
def test_a_token_endpoint_that_is_down_is_no_reason_to_ask_the_owner(
    member: Membership, sandbox: Control, fault: dict[str, Any]
) -> None:
    connection = _connection(member)
    token_expire(connection)
    sandbox.fault(provider="google", path="/token$", times=0, **fault)
    with pytest.raises(TransientError):
        access_token_get(connection_id=connection.pk)
    connection.refresh_from_db()
    assert connection.state == ConnectionState.ACTIVE
    assert not OutgoingEmail.objects.exists()
    sandbox.clear()
    assert access_token_get(connection_id=connection.pk).token


@pytest.mark.django_db
@pytest.mark.spec("A11")
def test_secrets_are_encrypted_and_not_loaded_by_accident(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    token = access_token_get(connection_id=connection.pk)
    with database.cursor() as cursor:
        cursor.execute("select credentials from connections_connection")
        stored = cursor.fetchone()[0]
    assert token.token not in stored
    assert token.token not in repr(token)
    assert "credentials" in Connection.objects.get().get_deferred_fields()


@pytest.mark.django_db
@pytest.mark.spec("A11")
def test_keys_rotate_by_a_command_and_the_old_one_is_not_needed_afterwards(
    member: Membership, sandbox: Control, settings: Settings
) -> None:
    connection = _connection(member)
    before = access_token_get(connection_id=connection.pk)
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = (new, old)
    assert access_token_get(connection_id=connection.pk) == before
    call_command("rotate_keys")
    settings.ENCRYPTION_KEYS = (new,)
    assert access_token_get(connection_id=connection.pk) == before
    settings.ENCRYPTION_KEYS = (old,)
    with pytest.raises(SecretUnreadable):
        Connection.objects.defer(None).get()


@pytest.mark.django_db
def test_a_secret_whose_key_is_lost_asks_its_owner_to_reconnect(
    member: Membership, sandbox: Control, settings: Settings
) -> None:
    connection = _connection(member)
    settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)
    with pytest.raises(GrantRevoked):
        access_token_get(connection_id=connection.pk)
    assert Connection.objects.get().last_error_code == "SECRET_UNREADABLE"
    assert Browser(member).reconnect(connection).status_code == 302
    assert access_token_get(connection_id=connection.pk).token


@pytest.mark.django_db
@pytest.mark.spec("A10")
def test_a_passing_error_is_shown_until_the_next_success(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    connection_noted(connection_id=connection.pk, code="RATE_LIMITED")
    connection.refresh_from_db()
    assert connection.last_error_code == "RATE_LIMITED"
    connection_succeeded(connection_id=connection.pk)
    connection.refresh_from_db()
    assert (connection.last_error_code, connection.last_error_at) == ("", None)


@pytest.mark.django_db
def test_disconnecting_revokes_the_grant_and_erases_the_secrets(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    assert connection_disconnect(actor=actor_of(member), connection=connection)
    connection = Connection.objects.defer(None).get()
    assert (connection.state, connection.credentials) == (ConnectionState.DISCONNECTED, {})
    assert all(grant["revoked"] for grant in sandbox.google.state()["grants"])
    with pytest.raises(GrantRevoked):
        access_token_get(connection_id=connection.pk)


@pytest.mark.django_db
def test_disconnecting_works_while_google_is_away(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    sandbox.fault(provider="google", path="/revoke$", disconnect=True)
    assert not connection_disconnect(actor=actor_of(member), connection=connection)
    assert Connection.objects.get().state == ConnectionState.DISCONNECTED


@pytest.mark.django_db
def test_a_grant_that_another_connection_uses_is_not_revoked(
    member: Membership, stranger: Membership, sandbox: Control
) -> None:
    connection, other = _connection(member, JAN), _connection(stranger, JAN)
    connection_disconnect(actor=actor_of(member), connection=connection)
    assert access_token_get(connection_id=other.pk, stale=access_token_get(connection_id=other.pk).token).token


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A12")
def test_a_worker_that_is_killed_while_it_refreshes_holds_up_nobody(member: Membership, sandbox: Control) -> None:
    connection = _connection(member)
    token_expire(connection)
    sandbox.fault(provider="google", path="/token$", delay=5, times=1)
    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(in_thread, lambda: access_token_get(connection_id=connection.pk))
        _backend_end(_lock_holder())
        started = time.monotonic()
        assert access_token_get(connection_id=connection.pk).token
        assert time.monotonic() - started < 4, "it did not wait for the dead one's answer"
        assert isinstance(killed.exception(), DatabaseError)
    assert access_token_get(connection_id=connection.pk).token
    assert Connection.objects.get().state == ConnectionState.ACTIVE


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A12")
def test_a_connection_that_is_made_anew_while_its_old_grant_is_refused_stays_active(
    member: Membership, sandbox: Control
) -> None:
    row = Connection.objects.defer(None).get(pk=_connection(member).pk)
    good = row.credentials
    row.credentials, row.expires_at = {"access_token": "old", "refresh_token": "over"}, row.created_at
    row.save()
    sandbox.requests_clear()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            anew = Connection.objects.defer(None).select_for_update().get(pk=row.pk)
            asked = pool.submit(in_thread, lambda: access_token_get(connection_id=row.pk))
            until(lambda: TOKEN_CALL in sandbox.requests() and waiting())
            anew.credentials = good
            anew.save()
        assert asked.result(30).token
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    assert not OutgoingEmail.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A12")
def test_a_password_that_is_typed_anew_while_the_old_one_is_refused_counts(member: Membership) -> None:
    old, new = ({"user_name": "mo", "password": password} for password in ("old", "new"))
    common = {"account": member.account, "owner": member.user, "provider": "exchange", "purpose": "calendar"}
    row = Connection.objects.create(**common, external_id="mo", identity="mo@corp.example", credentials=old)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            anew = Connection.objects.defer(None).select_for_update().get(pk=row.pk)
            anew.credentials = new
            anew.save()
            asked = pool.submit(in_thread, lambda: form_credentials_refused(connection_id=row.pk, used=old))
            until(waiting)
        assert asked.result(30).code == "CONNECTED_ANEW"
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    assert form_credentials_refused(connection_id=row.pk, used=new).code == GrantRevoked.code
    assert Connection.objects.get().state == ConnectionState.NEEDS_ATTENTION


def _lock_holder() -> int:
    """The backend that holds an advisory lock, once there is one."""
    sql = """select pid from pg_locks where locktype = 'advisory' and granted
             and database = (select oid from pg_database where datname = current_database())"""
    until(lambda: rows(sql))
    return int(rows(sql)[0][0])


def _backend_end(pid: int) -> None:
    rows("select pg_terminate_backend(%s)", pid)


def _error(connection_id: int) -> Exception | None:
    try:
        access_token_get(connection_id=connection_id)
    except GrantRevoked as error:
        return error
    return None


def _at_once(count: int, work: Any) -> list[Any]:
    """Run ``work`` in so many threads, released together, each with a database connection of its own."""
    barrier = threading.Barrier(count)

    def run(_: int) -> Any:
        try:
            barrier.wait(10)
            return work()
        finally:
            database.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
