"""Where the audit log leads to (A8)."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Membership
from accounts.registries import AUDIT_LINKS
from connections.selectors import connections_visible


@AUDIT_LINKS.registered("connection")
def connection_links(membership: Membership, ids: list[int]) -> dict[int, str]:
    """Connections that this member looks after."""
    found = connections_visible(membership=membership).filter(pk__in=ids).values_list("pk", flat=True)
    return {pk: reverse("connections:detail", args=[membership.account_id, pk]) for pk in found}
