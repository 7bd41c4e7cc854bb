"""Connections as the command palette offers them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from accounts.models import Membership
from accounts.palette import matches
from accounts.registries import PaletteItem
from connections.registries import PROVIDERS
from connections.selectors import connections_visible

LOOKED_AT_MOST = 200


def connections_find(membership: Membership, query: str) -> Iterator[PaletteItem]:
    """What the member may look after, by label, address and provider."""
    rows = connections_visible(membership=membership).values_list("pk", "label", "identity", "provider")
    for pk, label, identity, provider in rows[:LOOKED_AT_MOST]:
        known = PROVIDERS.get(provider)
        name = str(known.name) if known else provider
        if matches(query, label, identity, name):
            url = reverse("connections:detail", args=[membership.account_id, pk])
            yield PaletteItem(label or identity, url, f"{name} · {identity}" if label else name, "plug")
