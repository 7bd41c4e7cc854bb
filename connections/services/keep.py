"""Keeping what an outside account has granted: a new connection, or new life for the one that there is (A12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Account, User
from accounts.services.audit import audit_write
from connections.choices import ConnectionState
from connections.exceptions import OtherIdentity
from connections.models import Connection
from connections.registries import Identity
from connections.services.state import connection_told_is_over


@dataclass(frozen=True, slots=True)
class Grant:
    """What a connection is made for and for whom; ``connection_id`` names the one that is to be connected again.

    ``owner_id`` is None for a connection of the account.
    """

    provider: str
    purpose: str
    owner_id: int | None
    connection_id: int | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """What came of an attempt: the address to go to, and whether the connection was there before."""

    url: str
    connection: Connection
    is_again: bool


def connection_keep(
    *,
    actor: Actor,
    grant: Grant,
    identity: Identity,
    scopes: Sequence[str],
    credentials: Mapping[str, str],
    expires_at: dt.datetime | None = None,
) -> tuple[Connection, bool]:
    """Make the connection, or give an existing one of the same outside account new life with all its data; whether it
    was there.

    Must run inside the transaction that hands it to its purpose. Raises OtherIdentity.
    """
    connection = _known(actor, grant, identity)
    is_again = connection is not None
    connection = connection or Connection(
        account_id=actor.account_id,
        owner_id=grant.owner_id,
        provider=grant.provider,
        external_id=identity.external_id,
    )
    connection.purpose = grant.purpose
    connection.identity = identity.name
    connection.scopes = list(scopes)
    connection.credentials = dict(credentials)
    connection.expires_at = expires_at
    connection.state = ConnectionState.ACTIVE
    connection.last_success_at = timezone.now()
    connection.last_error_code, connection.last_error_at, connection.alerted_at = "", None, None
    connection.save()
    if is_again:
        connection_told_is_over(connection)
    audit_write(
        actor=actor,
        action="connection.reconnected" if is_again else "connection.made",
        target_kind="connection",
        target_id=connection.pk,
        target_label=connection.identity,
        detail={"provider": connection.provider, "scopes": connection.scopes},
    )
    return connection, is_again


def _known(actor: Actor, grant: Grant, identity: Identity) -> Connection | None:
    _turn_take(actor, grant)
    mine = Connection.objects.select_for_update().filter(account_id=actor.account_id, owner_id=grant.owner_id)
    alive = mine.exclude(state=ConnectionState.DISCONNECTED)
    connection = alive.filter(provider=grant.provider, external_id=identity.external_id).first()
    if grant.connection_id is not None and (connection is None or connection.pk != grant.connection_id):
        raise OtherIdentity
    return connection


def _turn_take(actor: Actor, grant: Grant) -> None:
    """Two who come back from the same outside account at once make one connection: the second renews it."""
    owner = User.objects.filter(pk=grant.owner_id) if grant.owner_id else Account.objects.filter(pk=actor.account_id)
    owner.select_for_update(no_key=True).first()
