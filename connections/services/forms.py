"""Connecting an outside account by a form with a password, and handing that password to the provider's client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actor import Actor
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.registries import PROVIDERS, PURPOSES, FormClient
from connections.services.keep import Completed, Grant, connection_keep
from connections.services.state import connection_failed
from hubclone.lib.crypto import SecretUnreadable
from hubclone.lib.errors import HubError, TransientError


def form_client(provider: str) -> FormClient:
    """The wire side of a provider's form."""
    client = PROVIDERS[provider].form
    if client is None:
        raise LookupError(f"{provider} is not connected by a form")
    return client


def form_connect(*, actor: Actor, grant: Grant, data: Mapping[str, Any], params: Mapping[str, Any]) -> Completed:
    """Try the account, keep the connection and hand it to its purpose.

    The trial takes seconds and happens before any transaction. Raises FieldRefused, OtherIdentity and what the purpose
    refuses; then nothing is kept.
    """
    found = form_client(grant.provider).attempt(data)
    scopes = [item.scope for item in PROVIDERS[grant.provider].scopes]
    with transaction.atomic():
        connection, is_again = connection_keep(
            actor=actor, grant=grant, identity=found.identity, scopes=scopes, credentials=found.credentials
        )
        url = PURPOSES[grant.purpose].connected(connection, actor, params)
    return Completed(url, connection, is_again)


def form_initial(connection: Connection) -> dict[str, str]:
    """What the form shows when a connection is made again; nothing when that cannot be read any more."""
    try:
        stored = _load(connection.pk)
    except SecretUnreadable:
        return {}
    return form_client(connection.provider).initial(stored.credentials) if stored else {}


def form_credentials_get(*, connection_id: int) -> dict[str, str]:
    """What a client signs in with. Raises GrantRevoked, without a request, when the connection waits for a person.

    Must not run inside a transaction that would be rolled back by its error.
    """
    try:
        stored = _load(connection_id)
    except SecretUnreadable as error:
        connection_failed(connection_id=connection_id, code=error.code)
        raise GrantRevoked(code=error.code) from error
    if stored is None or stored.state != ConnectionState.ACTIVE:
        raise GrantRevoked(code=(stored.last_error_code or None) if stored else None)
    return dict(stored.credentials)


def form_credentials_refused(*, connection_id: int, used: Mapping[str, str]) -> HubError:
    """What it means that the provider refused ``used``: the end, which is marked and told once, unless the connection
    was made anew meanwhile. Answers the error to raise."""
    with transaction.atomic():
        # Held, so that one that is made anew at this moment is waited for, not marked.
        Connection.objects.select_for_update(no_key=True).filter(pk=connection_id).first()
        if form_credentials_get(connection_id=connection_id) == dict(used):
            connection_failed(connection_id=connection_id, code=GrantRevoked.code)
            return GrantRevoked()
    return TransientError("The connection was made anew meanwhile.", code="CONNECTED_ANEW")


def _load(connection_id: int) -> Connection | None:
    return Connection.objects.defer(None).filter(pk=connection_id).first()
