"""The one place that hands out and renews access tokens (A12)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.registries import PROVIDERS, OAuthClient, Tokens
from connections.services.state import connection_failed
from hubclone.lib.crypto import SecretUnreadable
from hubclone.lib.locks import LockSpace, transaction_lock

EXPIRY_MARGIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token that is good until ``expires_at`` (aware, UTC). Never logged."""

    token: str = field(repr=False)
    expires_at: dt.datetime


def access_token_get(*, connection_id: int, stale: str | None = None) -> AccessToken:
    """A good token of the connection; ``stale`` is one that the provider has just refused.

    Must not run inside a transaction that would be rolled back by its error. Raises GrantRevoked (without a request
    when the connection waits for a person), TransientError.
    """
    try:
        found = _stored(_load(connection_id), stale)
    except SecretUnreadable as error:
        connection_failed(connection_id=connection_id, code=error.code)
        raise GrantRevoked(code=error.code) from error
    if found:
        return found
    refreshed = _refresh_alone(connection_id, stale)
    if isinstance(refreshed, GrantRevoked):
        raise refreshed
    return refreshed


@transaction.atomic
def _refresh_alone(connection_id: int, stale: str | None) -> AccessToken | GrantRevoked:
    """Wait for whoever refreshes now, look again, and refresh only if that did not help.

    The end of a grant is answered, not raised: it is written under the same lock, so that nobody asks again.
    """
    transaction_lock(LockSpace.TOKEN_REFRESH, [connection_id])
    connection = _load(connection_id)
    found = _stored(connection, stale)
    if found:
        return found
    try:
        return _refresh(connection)
    except GrantRevoked as error:
        connection_failed(connection_id=connection_id, code=error.code)
        return error


def _refresh(connection: Connection) -> AccessToken:
    """Ask the provider; once more if the connection was made anew meanwhile.

    The row is held from the second look on: one that is made anew at this moment is waited for, not marked.
    """
    client = _client(connection)
    used = connection.credentials.get("refresh_token", "")
    try:
        tokens = client.refresh(refresh_token=used)
    except GrantRevoked:
        Connection.objects.select_for_update(no_key=True).filter(pk=connection.pk).first()
        again = _load(connection.pk).credentials.get("refresh_token", "")
        if again == used:
            raise
        used, tokens = again, client.refresh(refresh_token=again)
    return _store(connection.pk, tokens, used)


def _load(connection_id: int) -> Connection:
    """The row as it is now, credentials included. Raises GrantRevoked when it waits for a person or is gone."""
    connection = Connection.objects.defer(None).filter(pk=connection_id).first()
    if connection is None or connection.state != ConnectionState.ACTIVE:
        raise GrantRevoked(code=connection.last_error_code if connection else None)
    return connection


def _stored(connection: Connection, stale: str | None) -> AccessToken | None:
    token = connection.credentials.get("access_token", "")
    soon = timezone.now() + dt.timedelta(seconds=EXPIRY_MARGIN_SECONDS)
    if not token or token == stale or connection.expires_at is None or connection.expires_at <= soon:
        return None
    return AccessToken(token, connection.expires_at)


def _store(connection_id: int, tokens: Tokens, used: str) -> AccessToken:
    """Keep new tokens, unless the connection was made anew meanwhile: then those of the new grant are the good ones."""
    connection = Connection.objects.defer(None).select_for_update(no_key=True).get(pk=connection_id)
    if connection.credentials.get("refresh_token", "") == used:
        connection.credentials = {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token or used,
        }
        connection.expires_at = tokens.expires_at
        connection.save(update_fields=["credentials", "expires_at"])
    return AccessToken(tokens.access_token, tokens.expires_at)


def _client(connection: Connection) -> OAuthClient:
    client = PROVIDERS[connection.provider].oauth
    if client is None:
        raise LookupError(f"{connection.provider} is not connected by OAuth")
    return client
