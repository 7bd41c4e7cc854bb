"""Reading what people were told (A7)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Membership, Notification, NotificationChoice
from accounts.registries import NOTIFICATION_KINDS, NotificationKind
from hubclone.lib.paging import Page, keyset_page

NOTIFICATIONS_PAGE = 25
COUNT_MOST = 100


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind that a member may be told of, and where they want it."""

    kind: NotificationKind
    in_app: bool
    by_email: bool


def notifications_of(*, account_id: int, user_id: int) -> QuerySet[Notification]:
    """What one person was told in one account."""
    return Notification.objects.filter(account_id=account_id, user_id=user_id)


def notifications_page(*, account_id: int, user_id: int, unread: bool, after: str | None = None) -> Page[Notification]:
    """A page of them, the newest first. Raises BadCursor."""
    mine = notifications_of(account_id=account_id, user_id=user_id)
    chosen = mine.filter(read_at=None) if unread else mine
    return keyset_page(chosen, fields=["-id"], after=after, limit=NOTIFICATIONS_PAGE)


def notifications_unread(*, account_id: int, user_id: int) -> int:
    """How many are unread, counted as far as ``COUNT_MOST``."""
    mine = notifications_of(account_id=account_id, user_id=user_id)
    return mine.filter(read_at=None)[:COUNT_MOST].count()


def notification_choices(*, membership: Membership) -> list[KindChoice]:
    """Every kind that this member may be told of, by name, with their choice or else the kind's own."""
    rows = NotificationChoice.objects.filter(account_id=membership.account_id, user_id=membership.user_id)
    chosen = {row.kind: row for row in rows}
    open_to_me = [
        kind for kind in NOTIFICATION_KINDS.values() if kind.right is None or membership.has_right(kind.right)
    ]
    found = [(kind, chosen.get(kind.key, kind)) for kind in open_to_me]
    choices = [KindChoice(kind, choice.in_app, choice.by_email) for kind, choice in found]
    return sorted(choices, key=lambda choice: str(choice.kind.label))
