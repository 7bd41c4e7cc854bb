"""Accounts, people and memberships for everybody's tests."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, cast

import factory
from allauth.account.models import EmailAddress
from django.db.models import Model

from accounts.actor import Actor
from accounts.choices import ActorKind, Right, SeatKind, Tier
from accounts.models import Account, Membership, User

PASSWORD = "a-Password-4-tests"
M = TypeVar("M", bound=Model)


class Factory(Protocol[M]):
    """What a factory class does, with the type of what it makes, which factory_boy cannot say."""

    def __call__(self, **fields: Any) -> M:
        """Make one and save it."""

    def build(self, **fields: Any) -> M:
        """Make one that is not saved."""

    def create_batch(self, size: int, **fields: Any) -> list[M]:
        """Make several and save them."""


class _AccountFactory(factory.django.DjangoModelFactory[Account]):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Account {n}")
    time_zone = "UTC"
    language = "en"


AccountFactory = cast("Factory[Account]", _AccountFactory)
"""A bare account: nobody is in it, and no initialiser has run."""


class _UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@hubclone.test")
    password = factory.django.Password(PASSWORD)
    time_zone = "UTC"
    language = "en"

    @factory.post_generation
    def verified(self: User, create: bool, given: bool | None, **fields: Any) -> None:
        """Their address is proven, unless ``verified=False``."""
        if create:
            EmailAddress.objects.create(user=self, email=self.email, verified=given is not False, primary=True)


UserFactory = cast("Factory[User]", _UserFactory)
"""A person whose password is ``PASSWORD``."""


class _MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    class Params:
        super_admin = factory.Trait(rights=[Right.SUPER_ADMIN])
        settings_editor = factory.Trait(rights=[Right.EDIT_ACCOUNT_SETTINGS])
        app_installer = factory.Trait(rights=[Right.APP_MARKETPLACE_ACCESS])
        paid_seat = factory.Trait(seat=SeatKind.SALES, seat_tier=Tier.PROFESSIONAL)

    account = factory.SubFactory(_AccountFactory)
    user = factory.SubFactory(_UserFactory)
    rights = factory.LazyFunction(list)


MembershipFactory = cast("Factory[Membership]", _MembershipFactory)
"""A person without rights in an account; traits give them: ``MembershipFactory(super_admin=True, paid_seat=True)``."""


def actor_of(membership: Membership) -> Actor:
    """The actor that a request of this member has."""
    return Actor(membership.account_id, ActorKind.USER, str(membership.user_id), str(membership.user), "127.0.0.1")
