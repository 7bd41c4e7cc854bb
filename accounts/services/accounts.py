"""Accounts, the people in them, what those may do, and what is subscribed to (A1, A3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import IntegrityError, transaction

from accounts.actor import Actor
from accounts.choices import ActorKind, Hub, Right, SeatKind, Tier
from accounts.exceptions import AlreadyMember, LastSuperAdmin, RightMissing, SeatInvalid
from accounts.models import Account, Brand, Membership, Subscription, User
from accounts.registries import ACCOUNT_INITIALISERS, DEPARTURES
from accounts.services.audit import audit_write
from hubclone.lib.text import clean_line


@transaction.atomic
def account_create(
    *, name: str, owner: User, time_zone: str = "UTC", language: str = "en", actor: Actor | None = None
) -> Account:
    """Make an account with all that it needs; ``owner`` is its first super admin, and the actor unless one is given."""
    account = Account.objects.create(name=name, time_zone=time_zone, language=language)
    acting = replace(actor or Actor(0, ActorKind.USER, str(owner.pk), str(owner)), account_id=account.pk)
    Membership.objects.create(account=account, user=owner, rights=[Right.SUPER_ADMIN])
    Brand.objects.create(account=account, name=account.name, is_primary=True)
    for initialise in ACCOUNT_INITIALISERS.values():
        initialise(account, acting)
    audit_write(
        actor=acting, action="account.created", target_kind="account", target_id=account.pk, target_label=account.name
    )
    return account


@transaction.atomic
def account_update(*, actor: Actor, account: Account, name: str, time_zone: str, language: str) -> None:
    """Set the account's name, time zone (an IANA name) and language (a code)."""
    new = {"name": clean_line(name)[:200], "time_zone": time_zone, "language": language}
    changed = [field for field, value in new.items() if getattr(account, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(account, field, new[field])
    account.save(update_fields=changed)
    audit_write(
        actor=actor,
        action="account.updated",
        target_kind="account",
        target_id=account.pk,
        target_label=account.name,
        detail={"changed": changed},
    )


@transaction.atomic
def membership_add(
    *,
    actor: Actor,
    account: Account,
    user: User,
    rights: Iterable[Right] = (),
    seat: SeatKind = SeatKind.NONE,
    seat_tier: Tier = Tier.NONE,
) -> Membership:
    """Let a person into the account. Raises RightMissing, SeatInvalid, AlreadyMember."""
    account_lock(actor)
    super_admin_check(actor)
    seat_check(seat, seat_tier)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                account=account, user=user, rights=rights_ordered(rights), seat=seat, seat_tier=seat_tier
            )
    except IntegrityError as error:
        raise AlreadyMember from error
    _audit(actor, "membership.added", membership, {"rights": membership.rights, "seat": seat, "tier": seat_tier})
    return membership


@transaction.atomic
def membership_update(
    *, actor: Actor, membership_id: int, rights: Iterable[Right], seat: SeatKind, seat_tier: Tier
) -> Membership:
    """Set rights and seat. Raises RightMissing, SeatInvalid, LastSuperAdmin, Membership.DoesNotExist."""
    account_lock(actor)
    super_admin_check(actor)
    seat_check(seat, seat_tier)
    membership = _member(actor, membership_id)
    before = {"rights": membership.rights, "seat": membership.seat, "tier": membership.seat_tier}
    after = {"rights": rights_ordered(rights), "seat": str(seat), "tier": str(seat_tier)}
    if before == after:
        return membership
    if Right.SUPER_ADMIN not in after["rights"]:
        _not_last_check(membership)
    membership.rights, membership.seat, membership.seat_tier = rights_ordered(rights), seat, seat_tier
    membership.save(update_fields=["rights", "seat", "seat_tier"])
    _audit(actor, "membership.updated", membership, {"before": before, "after": after})
    return membership


@transaction.atomic
def membership_remove(*, actor: Actor, membership_id: int) -> None:
    """Take a person out of the account, with what they alone could look after: see DEPARTURES.

    Raises RightMissing, LastSuperAdmin, Membership.DoesNotExist.
    """
    account_lock(actor)
    super_admin_check(actor)
    membership = _member(actor, membership_id)
    _not_last_check(membership)
    for depart in DEPARTURES.values():
        depart(membership, actor)
    _audit(actor, "membership.removed", membership, {"rights": membership.rights})
    membership.delete()


@transaction.atomic
def subscription_set(*, actor: Actor, account: Account, hub: Hub, tier: Tier) -> None:
    """Subscribe the account to a hub at a tier; ``Tier.NONE`` ends the subscription. Raises RightMissing."""
    account_lock(actor)
    super_admin_check(actor)
    held = Subscription.objects.filter(account=account, hub=hub).values_list("tier", flat=True).first()
    if (held or Tier.NONE) == tier:
        return
    if tier == Tier.NONE:
        Subscription.objects.filter(account=account, hub=hub).delete()
    else:
        Subscription.objects.update_or_create(account=account, hub=hub, defaults={"tier": tier})
    audit_write(
        actor=actor, action="subscription.set", target_kind="subscription", target_id=hub, detail={"tier": tier.value}
    )


def account_lock(actor: Actor) -> None:
    """Changes of an account's rights go one after another: two super admins cannot remove each other at once."""
    Account.objects.select_for_update(no_key=True).get(pk=actor.account_id)


def super_admin_check(actor: Actor) -> None:
    """Reads the actor's rights under the lock, since they may have gone while waiting for it."""
    if actor.kind == ActorKind.SYSTEM:
        return
    mine = Membership.objects.filter(account_id=actor.account_id, rights__contains=[Right.SUPER_ADMIN])
    if actor.kind != ActorKind.USER or not mine.filter(user_id=actor.id).exists():
        raise RightMissing(Right.SUPER_ADMIN)


def _not_last_check(membership: Membership) -> None:
    others = Membership.objects.filter(
        account_id=membership.account_id, rights__contains=[Right.SUPER_ADMIN], user__is_active=True
    ).exclude(pk=membership.pk)
    if Right.SUPER_ADMIN in membership.rights and not others.exists():
        raise LastSuperAdmin


def seat_check(seat: SeatKind, tier: Tier) -> None:
    """Raises SeatInvalid: a seat has a plan, and nobody without a seat has one."""
    if (seat == SeatKind.NONE) != (tier == Tier.NONE):
        raise SeatInvalid


def rights_ordered(rights: Iterable[Right]) -> list[str]:
    """Each once, in the order in which rights are declared: what is stored compares as equal."""
    wanted = set(rights)
    return [right.value for right in Right if right in wanted]


def _member(actor: Actor, membership_id: int) -> Membership:
    return Membership.objects.select_related("user").get(account_id=actor.account_id, pk=membership_id)


def _audit(actor: Actor, action: str, membership: Membership, detail: dict[str, object]) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="membership",
        target_id=membership.pk,
        target_label=str(membership.user),
        detail=detail,
    )
