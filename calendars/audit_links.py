"""Where the audit log leads to (A8)."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Membership
from accounts.registries import AUDIT_LINKS
from calendars.models import Booking
from calendars.selectors.pages import pages_of


@AUDIT_LINKS.registered("page")
def page_links(membership: Membership, ids: list[int]) -> dict[int, str]:
    """Scheduling pages of this member's own."""
    account_id = membership.account_id
    found = pages_of(account_id=account_id, user_id=membership.user_id).filter(pk__in=ids)
    return {pk: reverse("calendars:page_edit", args=[account_id, pk]) for pk in found.values_list("pk", flat=True)}


@AUDIT_LINKS.registered("booking")
def booking_links(membership: Membership, ids: list[int]) -> dict[int, str]:
    """Bookings that this member is a host of."""
    account_id = membership.account_id
    found = Booking.objects.filter(account_id=account_id, reservations__host_id=membership.user_id, pk__in=ids)
    return {pk: reverse("calendars:booking", args=[account_id, pk]) for pk in found.values_list("pk", flat=True)}
