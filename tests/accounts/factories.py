"""Accounts, people and memberships for everybody's tests."""

from __future__ import annotations

import factory

from accounts.actor import Actor
from accounts.choices import ActorKind, Right, SeatKind, Tier
from accounts.models import Account, Membership, User

PASSWORD = "a-Password-4-tests"


class AccountFactory(factory.django.DjangoModelFactory[Account]):
    """A bare account: nobody is in it, and no initialiser has run."""

    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Account {n}")
    time_zone = "UTC"
    language = "en"


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A person whose password is ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@hubclone.test")
    password = factory.django.Password(PASSWORD)
    time_zone = "UTC"
    language = "en"


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A person without rights in an account; traits give rights: ``MembershipFactory(super_admin=True)``."""

    class Meta:
        model = Membership

    class Params:
        super_admin = factory.Trait(rights=[Right.SUPER_ADMIN])
        settings_editor = factory.Trait(rights=[Right.EDIT_ACCOUNT_SETTINGS])
        app_installer = factory.Trait(rights=[Right.APP_MARKETPLACE_ACCESS])
        paid_seat = factory.Trait(seat=SeatKind.SALES, seat_tier=Tier.PROFESSIONAL)

    account = factory.SubFactory(AccountFactory)
    user = factory.SubFactory(UserFactory)
    rights = factory.LazyFunction(list)


def actor_of(membership: Membership) -> Actor:
    """The actor that a request of this member has."""
    return Actor(membership.account_id, ActorKind.USER, str(membership.user_id), str(membership.user), "127.0.0.1")
