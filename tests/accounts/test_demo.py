"""The demo account's people and token."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.demo import DemoContext, load
from accounts.gates import PAID_SEAT
from accounts.models import Account, Membership, User
from accounts.scopes import all_scopes
from accounts.services.tokens import access_token_resolve


def _load(output: dict[str, Any]) -> DemoContext:
    context = DemoContext(output=output)
    load(context)
    return context


@pytest.mark.django_db
def test_the_demo_has_an_admin_members_without_rights_and_a_token_of_all_scopes() -> None:
    context = _load({})
    admin = Membership.objects.get(user=context.admin)
    member = Membership.objects.get(user=context.member)
    assert PAID_SEAT.gate_open(admin)
    assert (member.rights, member.account_id) == ([], context.account.pk)
    for key, user in context.colleagues.items():
        assert Membership.objects.get(user=user).rights == []
        assert user.check_password(context.output[key]["password"])
    assert context.output["account_id"] == context.account.pk
    assert context.admin.check_password(context.output["admin"]["password"])
    token = access_token_resolve(context.output["access_token"])
    assert token is not None
    assert token.scopes == all_scopes()


@pytest.mark.django_db
def test_a_second_start_changes_nothing() -> None:
    first = dict(_load({}).output)
    assert _load(dict(first)).output == first
    assert (Account.objects.count(), User.objects.count()) == (1, 4)


@pytest.mark.django_db
def test_a_lost_demo_json_gives_new_secrets_that_work_and_ends_the_old_ones() -> None:
    first = dict(_load({}).output)
    second = _load({})
    assert access_token_resolve(first["access_token"]) is None
    assert access_token_resolve(second.output["access_token"]) is not None
    assert second.admin.check_password(second.output["admin"]["password"])
    assert Account.objects.count() == 1
