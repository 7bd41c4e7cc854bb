"""People of one account, and a stranger from another."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Account, Membership
from tests.accounts.factories import AccountFactory, MembershipFactory


@pytest.fixture
def account(db: None) -> Account:
    return AccountFactory(name="Northwind")


@pytest.fixture
def admin(account: Account) -> Membership:
    return MembershipFactory(account=account, super_admin=True, user__name="Anna Admin")


@pytest.fixture
def editor(account: Account) -> Membership:
    return MembershipFactory(account=account, settings_editor=True, user__name="Ed Editor")


@pytest.fixture
def member(account: Account) -> Membership:
    return MembershipFactory(account=account, user__name="Mo Member")


@pytest.fixture
def stranger(db: None) -> Membership:
    return MembershipFactory(super_admin=True, user__name="Stranger")


def signed_in(membership: Membership | None) -> Client:
    """A browser of this person, or of nobody."""
    client = Client()
    if membership is not None:
        client.force_login(membership.user)
    return client
