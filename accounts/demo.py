"""The demo account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.actor import Actor, system_actor
from accounts.choices import Hub, Right, SeatKind, Tier
from accounts.models import Account, Membership, User
from accounts.registries import DEMO_LOADERS
from accounts.scopes import all_scopes
from accounts.services.accounts import account_create, membership_add, membership_update, subscription_set
from accounts.services.people import person_create
from accounts.services.tokens import access_token_create, access_token_resolve, access_token_revoke

ACCOUNT_NAME = "Northwind Coffee"
ADMIN = ("anna@hubclone.test", "Anna Nowak")
MEMBER = ("marek@hubclone.test", "Marek Zieliński")
COLLEAGUES = {"jan": ("jan@hubclone.test", "Jan Kaczmarek"), "ben": ("ben@hubclone.test", "Ben Fischer")}
TOKEN_NAME = "Demo scripts"  # noqa: S105 - the name of a token
TIME_ZONE = "Europe/Warsaw"


@dataclass(slots=True)
class DemoContext:
    """What the loaders share. ``output`` becomes demo.json; at a later start it begins with what was there."""

    output: dict[str, Any]
    account: Account = field(init=False)
    admin: User = field(init=False)
    member: User = field(init=False)
    colleagues: dict[str, User] = field(init=False)

    @property
    def actor(self) -> Actor:
        """Who loads the demo."""
        return system_actor(self.account.pk, "Demo")


@DEMO_LOADERS.registered("accounts")
@transaction.atomic
def load(context: DemoContext) -> None:
    """One account with an admin, a member without rights, two colleagues who host pages with the admin, and a token of
    all scopes, which a restart keeps good."""
    context.admin = _person(context, "admin", *ADMIN)
    context.member = _person(context, "member", *MEMBER)
    context.colleagues = {key: _person(context, key, *who) for key, who in COLLEAGUES.items()}
    context.account = _account(context.admin)
    for user in (context.member, *context.colleagues.values()):
        if not Membership.objects.filter(account=context.account, user=user).exists():
            membership_add(actor=context.actor, account=context.account, user=user)
    _token(context)
    context.output |= {"base_url": settings.BASE_URL, "account_id": context.account.pk}


def _person(context: DemoContext, key: str, email: str, name: str) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = person_create(email=email, name=name, language="", time_zone=TIME_ZONE)
    password = context.output.get(key, {}).get("password") or f"demo-{secrets.token_urlsafe(9)}"
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    context.output[key] = {"email": email, "password": password}
    return user


def _account(admin: User) -> Account:
    membership = Membership.objects.filter(user=admin).select_related("account").order_by("id").first()
    if membership:
        return membership.account
    account = account_create(name=ACCOUNT_NAME, owner=admin, time_zone=TIME_ZONE)
    actor = system_actor(account.pk, "Demo")
    membership_update(
        actor=actor,
        membership_id=account.memberships.get(user=admin).pk,
        rights=[Right.SUPER_ADMIN],
        seat=SeatKind.SALES,
        seat_tier=Tier.PROFESSIONAL,
    )
    for hub in (Hub.MARKETING, Hub.OPERATIONS):
        subscription_set(actor=actor, account=account, hub=hub, tier=Tier.STARTER)
    return account


def _token(context: DemoContext) -> None:
    """Only the digest is in the database, so a token whose text was lost with demo.json is revoked and made anew."""
    found = access_token_resolve(str(context.output.get("access_token", "")))
    if found and found.account_id == context.account.pk and set(found.scopes) == set(all_scopes()):
        return
    for old in context.account.access_tokens.filter(name=TOKEN_NAME, revoked_at=None):
        access_token_revoke(actor=context.actor, token_id=old.pk)
    _, context.output["access_token"] = access_token_create(
        actor=context.actor,
        account=context.account,
        name=TOKEN_NAME,
        scopes=all_scopes(),
        created_by=context.admin,
    )
