"""People: how they come to be, what they say about themselves, and where they are signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Membership, User
from accounts.services.audit import audit_write
from hubclone.lib.text import clean_line

NAME_MOST = 200


@transaction.atomic
def person_create(*, email: str, password: str | None = None, name: str = "", **fields: Any) -> User:
    """Make a person whose address is known to be theirs, by an invitation's link or by who makes them."""
    user = User.objects.create_user(email, password, name=clean_line(name)[:NAME_MOST], **fields)
    address_verified(user=user)
    return user


def address_verified(*, user: User) -> None:
    """Note that the person's address is proven, so that signing in asks for no link."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


@transaction.atomic
def user_update(*, actor: Actor, user: User, name: str, language: str, time_zone: str) -> None:
    """Set the profile. ``language`` is a code or "" (as the browser asks), ``time_zone`` an IANA name."""
    new = {"name": clean_line(name)[:NAME_MOST], "language": language, "time_zone": time_zone}
    changed = [field for field, value in new.items() if getattr(user, field) != value]
    if not changed:
        return
    for field, value in new.items():
        setattr(user, field, value)
    user.save(update_fields=changed)
    audit_write(
        actor=actor,
        action="user.updated",
        target_kind="user",
        target_id=user.pk,
        target_label=str(user),
        detail={"changed": changed},
    )


def user_language_set(*, user: User, language: str) -> None:
    """Keep a person's language; a switch in the menu is no account's business, so it is in no audit log."""
    User.objects.filter(pk=user.pk).update(language=language)


def user_last_account_set(*, user: User, account_id: int) -> None:
    """Keep which account a person had open last, for their next sign-in."""
    User.objects.filter(pk=user.pk).update(last_account_id=account_id)


@transaction.atomic
def user_audit(*, user: User, action: str, ip: str | None) -> None:
    """Write what a person did with their sign-in into the audit log of each of their accounts."""
    for account_id in Membership.objects.filter(user=user).order_by("account_id").values_list("account_id", flat=True):
        actor = Actor(account_id, ActorKind.USER, str(user.pk), str(user), ip)
        audit_write(actor=actor, action=action, target_kind="user", target_id=user.pk, target_label=str(user))


@transaction.atomic
def sessions_end_others(*, user: User, session_key: str, ip: str | None) -> int:
    """Sign the person out everywhere but in this session; how many sessions ended."""
    others = UserSession.objects.filter(user=user).exclude(session_key=session_key)
    count = 0
    for session in others.select_for_update():
        session.end()
        count += 1
    if count:
        user_audit(user=user, action="user.sessions_ended", ip=ip)
    return count
