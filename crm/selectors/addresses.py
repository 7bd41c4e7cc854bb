"""The e-mail addresses of a contact."""

from __future__ import annotations

from crm.choices import IdentityKind
from crm.models import RecordIdentity


def addresses_list(*, account_id: int, record_id: int) -> list[RecordIdentity]:
    """The main address first, then the further ones as they came."""
    found = RecordIdentity.objects.filter(account_id=account_id, record_id=record_id, kind=IdentityKind.EMAIL)
    return list(found.order_by("-is_primary", "id"))
