"""A member's meeting settings, a connected domain and what the plan must have for them, written as rows."""

from __future__ import annotations

from typing import Any

from accounts import hosts
from accounts.choices import DomainState, Hub, SeatKind, Tier
from accounts.models import Account, Domain, Membership, Subscription
from calendars.models import MeetingSettings, SchedulingPage

CUSTOM = "book.northwind.example"


def domain_make(account: Account, host: str = CUSTOM, state: str = DomainState.CONNECTED) -> Domain:
    """A host name of the account."""
    hosts.domains_forget()
    return Domain.objects.create(account=account, host=host, state=state, token="proof")


def plan_make(account: Account, hub: Hub = Hub.MARKETING, tier: Tier = Tier.STARTER) -> Subscription:
    """A subscription that opens C13 and C16."""
    return Subscription.objects.create(account=account, hub=hub, tier=tier)


def seat_give(membership: Membership, seat: SeatKind = SeatKind.SALES) -> None:
    """A paid seat, which opens C11 and C12."""
    membership.seat, membership.seat_tier = seat, Tier.STARTER
    membership.save()


def settings_make(page: SchedulingPage, **fields: Any) -> MeetingSettings:
    """The settings of the page's owner."""
    membership = Membership.objects.get(account=page.account, user=page.owner)
    return MeetingSettings.objects.create(account=page.account, membership=membership, **fields)
