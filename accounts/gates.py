"""What only some plans have (A3), and what would open it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.choices import Hub, SeatKind, Tier
from accounts.models import Membership, Subscription

_ORDER = [Tier.NONE, Tier.STARTER, Tier.PROFESSIONAL, Tier.ENTERPRISE]


@dataclass(frozen=True, slots=True)
class Gate:
    """Open to members with a paid seat (``paid_seat``), or to accounts with one of ``hubs`` at ``min_tier`` and up."""

    paid_seat: bool = False
    hubs: tuple[Hub, ...] = ()
    min_tier: Tier = Tier.STARTER

    def gate_open(self, membership: Membership) -> bool:
        """Whether this member may pass; one query when subscriptions count."""
        if self.paid_seat and membership.seat != SeatKind.NONE:
            return True
        return bool(self.hubs) and self.open_to_account(membership.account_id)

    def open_to_account(self, account_id: int) -> bool:
        """Whether the account's subscriptions open it, whoever asks."""
        return self.subscriptions().filter(account_id=account_id).exists()

    def subscriptions(self) -> QuerySet[Subscription]:
        """Those that open it, of every account."""
        enough = _ORDER[_ORDER.index(self.min_tier) :]
        return Subscription.objects.filter(hub__in=self.hubs, tier__in=enough)

    @property
    def gate_words(self) -> str:
        """What would open it, in a sentence."""
        if self.paid_seat:
            return _("This needs a paid Sales or Service seat. A super admin can give you one under Settings → Users.")
        names = get_text_list([str(hub.label) for hub in self.hubs], _("or"))
        return _("This needs %(hubs)s, %(tier)s or higher. A super admin can change that under Settings → Account.") % {
            "hubs": names,
            "tier": self.min_tier.label,
        }


PAID_SEAT = Gate(paid_seat=True)
"""C11, C12."""
MARKETING_OR_CMS_STARTER = Gate(hubs=(Hub.MARKETING, Hub.CMS))
"""C13, C16."""
OPERATIONS_PAID = Gate(hubs=(Hub.OPERATIONS,))
"""D4's custom mappings."""
