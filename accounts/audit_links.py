"""Where the audit log leads to (A8)."""

from __future__ import annotations

from django.urls import reverse

from accounts.choices import Right
from accounts.models import Domain, Membership
from accounts.registries import AUDIT_LINKS


@AUDIT_LINKS.registered("domain")
def domain_links(membership: Membership, ids: list[int]) -> dict[int, str]:
    """Host names that are still there."""
    account_id = membership.account_id
    found = Domain.objects.filter(account_id=account_id, pk__in=ids).values_list("pk", flat=True)
    return {pk: reverse("accounts:domain", args=[account_id, pk]) for pk in found}


@AUDIT_LINKS.registered("membership")
def membership_links(membership: Membership, ids: list[int]) -> dict[int, str]:
    """Members, for who may change them."""
    if not membership.has_right(Right.SUPER_ADMIN):
        return {}
    account_id = membership.account_id
    found = Membership.objects.filter(account_id=account_id, pk__in=ids).values_list("pk", flat=True)
    return {pk: reverse("accounts:user_edit", args=[account_id, pk]) for pk in found}
