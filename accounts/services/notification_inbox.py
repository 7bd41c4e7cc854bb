"""What people do with what they were told: read it, and choose where they want it (A7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Membership, Notification, NotificationChoice
from accounts.notification_selectors import notification_choices, notifications_of
from accounts.services.audit import audit_write

KEPT = dt.timedelta(days=90)
TRIM_ROWS = 5_000


def notification_read(*, notification: Notification) -> None:
    """Mark one as read; nobody else's business, so it is in no audit log."""
    Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=timezone.now())


def notifications_read_all(*, account_id: int, user_id: int) -> int:
    """Mark all of a person's in one account as read; answers how many were not."""
    mine = notifications_of(account_id=account_id, user_id=user_id)
    return mine.filter(read_at=None).update(read_at=timezone.now())


def notifications_settle(*, account_id: int, about: str) -> int:
    """A trouble is over: what anybody was told of it needs nobody any more. ``about`` is how its keys begin."""
    told = Notification.objects.filter(account_id=account_id, read_at=None, key__startswith=about)
    return told.update(read_at=timezone.now())


@transaction.atomic
def notification_choices_set(*, actor: Actor, membership: Membership, chosen: Mapping[str, tuple[bool, bool]]) -> None:
    """Keep where a member wants each kind: kind → (in the app, by email). Kinds that they may not have are ignored."""
    changed = []
    for now in notification_choices(membership=membership):
        wanted = chosen.get(now.kind.key)
        if wanted is not None and wanted != (now.in_app, now.by_email):
            changed.append(_row(membership, now.kind.key, wanted))
    if not changed:
        return
    NotificationChoice.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["account", "user", "kind"],
        update_fields=["in_app", "by_email"],
    )
    audit_write(
        actor=actor,
        action="notifications.chosen",
        target_kind="user",
        target_id=membership.user_id,
        target_label=str(membership.user),
        detail={row.kind: {"in_app": row.in_app, "by_email": row.by_email} for row in changed},
    )


def notifications_trim(*, older_than: dt.timedelta = KEPT) -> int:
    """Delete old ones, read or not, of the first ``TRIM_ROWS`` that there are; answers how many."""
    since = timezone.now() - older_than
    first = Notification.objects.order_by("id").values_list("pk", "created_at")[:TRIM_ROWS]
    return Notification.objects.filter(pk__in=[pk for pk, made in first if made < since]).delete()[0]


def _row(membership: Membership, kind: str, wanted: tuple[bool, bool]) -> NotificationChoice:
    in_app, by_email = wanted
    return NotificationChoice(
        account_id=membership.account_id, user_id=membership.user_id, kind=kind, in_app=in_app, by_email=by_email
    )
