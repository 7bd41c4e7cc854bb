"""Where the audit log leads to (A8)."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Membership
from accounts.registries import AUDIT_LINKS
from crm.models import Record
from crm.objects import OBJECTS


@AUDIT_LINKS.registered("record")
def record_links(membership: Membership, ids: list[int]) -> dict[int, str]:
    """Records that are there or can be restored: both have a page."""
    account_id = membership.account_id
    found = Record.objects.filter(account_id=account_id, pk__in=ids)
    return {
        pk: reverse("crm:record", args=[account_id, OBJECTS[kind].plural, pk])
        for pk, kind in found.values_list("pk", "object_type")
        if kind in OBJECTS
    }
