"""Reading connections; their secrets are never part of it."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from accounts.choices import Right
from accounts.models import Membership
from connections.choices import ConnectionState
from connections.models import Connection


def connections_visible(*, membership: Membership) -> QuerySet[Connection]:
    """What this member may look after: their own, and with the right to edit settings those of the account."""
    return _of(membership).exclude(state=ConnectionState.DISCONNECTED).order_by("provider", "id")


def connections_removed(*, membership: Membership) -> QuerySet[Connection]:
    """What this member looked after, or would, that is over."""
    return _of(membership).filter(state=ConnectionState.DISCONNECTED)


def connections_of_others(*, membership: Membership) -> dict[tuple[str, str], int]:
    """(provider, purpose) → how many connections the account has that this member does not look after."""
    alive = Connection.objects.filter(account_id=membership.account_id).exclude(state=ConnectionState.DISCONNECTED)
    others = alive.exclude(pk__in=connections_visible(membership=membership).values("pk"))
    rows = others.order_by().values("provider", "purpose").annotate(found=Count("pk"))
    return {(row["provider"], row["purpose"]): row["found"] for row in rows}


def _of(membership: Membership) -> QuerySet[Connection]:
    mine = Q(owner_id=membership.user_id)
    if membership.has_right(Right.EDIT_ACCOUNT_SETTINGS):
        mine |= Q(owner=None)
    return Connection.objects.filter(mine, account_id=membership.account_id)
