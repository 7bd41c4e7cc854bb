"""Records as the command palette offers them."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import Membership
from accounts.registries import PALETTE_MOST, PaletteItem
from crm.choices import ObjectType
from crm.models import Record
from crm.presentation import record_icon, record_title, record_url
from crm.selectors.search import records_search


def records_find(membership: Membership, query: str) -> Iterator[PaletteItem]:
    """Records of every type, each with its kind and, where it has one, its address."""
    for record in records_search(account_id=membership.account_id, q=query, limit=PALETTE_MOST):
        yield PaletteItem(record_title(record), record_url(record), _hint(record), record_icon(record.object_type))


def _hint(record: Record) -> str:
    parts = (ObjectType(record.object_type).label, record.properties.get("email") or record.properties.get("domain"))
    return " · ".join(str(part) for part in parts if part)
