"""Rights, seats, subscriptions, tokens and the audit rows that come with them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.actor import Actor, system_actor
from accounts.choices import ActorKind, Hub, Right, SeatKind, Tier
from accounts.exceptions import AlreadyMember, LastSuperAdmin, RightMissing, ScopeUnknown, SeatInvalid
from accounts.gates import MARKETING_OR_CMS_STARTER, OPERATIONS_PAID, PAID_SEAT, Gate
from accounts.models import AccessToken, Account, AuditEntry, Membership, Subscription
from accounts.registries import ACCOUNT_INITIALISERS
from accounts.services.accounts import (
    account_create,
    membership_add,
    membership_remove,
    membership_update,
    subscription_set,
)
from accounts.services.audit import audit_write
from accounts.services.tokens import access_token_create, access_token_resolve, access_token_revoke
from tests.accounts.factories import MembershipFactory, UserFactory, actor_of

NO_SEAT: dict[str, Any] = {"seat": SeatKind.NONE, "seat_tier": Tier.NONE}


@pytest.mark.spec("A1")
@pytest.mark.django_db
def test_a_new_account_has_its_owner_as_super_admin_and_all_that_apps_give_it() -> None:
    made: list[tuple[int, Actor]] = []
    ACCOUNT_INITIALISERS.register("a test", lambda account, actor: made.append((account.pk, actor)))
    try:
        owner = UserFactory()
        account = account_create(name="Tea Ltd", owner=owner, time_zone="Europe/Warsaw", language="pl")
    finally:
        del ACCOUNT_INITIALISERS._items["a test"]
    assert account.memberships.get().rights == [Right.SUPER_ADMIN]
    assert made[0][0] == account.pk
    assert made[0][1].account_id == account.pk
    entry = AuditEntry.objects.get(action="account.created")
    assert (entry.account_id, entry.actor_id) == (account.pk, str(owner.pk))


def _refuse(account: Account, actor: Actor) -> None:
    raise LastSuperAdmin


@pytest.mark.django_db(transaction=True)
def test_an_account_whose_initialiser_fails_is_not_made_at_all() -> None:
    ACCOUNT_INITIALISERS.register("a failing test", _refuse)
    try:
        with pytest.raises(LastSuperAdmin):
            account_create(name="Half", owner=UserFactory())
    finally:
        del ACCOUNT_INITIALISERS._items["a failing test"]
    assert not Account.objects.filter(name="Half").exists()


@pytest.mark.spec("A3")
def test_a_person_is_added_once_with_rights_and_a_seat(admin: Membership) -> None:
    person, actor = UserFactory(), actor_of(admin)
    added = membership_add(
        actor=actor,
        account=admin.account,
        user=person,
        rights=[Right.EDIT_ACCOUNT_SETTINGS],
        seat=SeatKind.SERVICE,
        seat_tier=Tier.STARTER,
    )
    assert added.has_right(Right.EDIT_ACCOUNT_SETTINGS)
    assert not added.has_right(Right.APP_MARKETPLACE_ACCESS)
    with pytest.raises(AlreadyMember):
        membership_add(actor=actor, account=admin.account, user=person)


@pytest.mark.spec("A3")
def test_only_a_super_admin_sets_rights_seats_and_subscriptions(
    account: Account, editor: Membership, member: Membership, stranger: Membership
) -> None:
    visitor = Actor(account.pk, ActorKind.VISITOR)
    outsider = Actor(account.pk, ActorKind.USER, str(stranger.user_id))
    attempts: list[Callable[[Actor], Any]] = [
        lambda actor: membership_add(actor=actor, account=account, user=UserFactory()),
        lambda actor: membership_update(actor=actor, membership_id=member.pk, rights=[Right.SUPER_ADMIN], **NO_SEAT),
        lambda actor: membership_remove(actor=actor, membership_id=member.pk),
        lambda actor: subscription_set(actor=actor, account=account, hub=Hub.CMS, tier=Tier.STARTER),
    ]
    for actor in (actor_of(editor), actor_of(member), outsider, visitor):
        for attempt in attempts:
            with pytest.raises(RightMissing):
                attempt(actor)
    member.refresh_from_db()
    assert member.rights == []
    assert account.memberships.count() == 2
    assert not Subscription.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.spec("A3")
def test_the_last_super_admin_can_be_neither_demoted_nor_removed(admin: Membership) -> None:
    MembershipFactory(account=admin.account, super_admin=True, user__is_active=False)
    with pytest.raises(LastSuperAdmin):
        membership_update(actor=actor_of(admin), membership_id=admin.pk, rights=[], **NO_SEAT)
    with pytest.raises(LastSuperAdmin):
        membership_remove(actor=actor_of(admin), membership_id=admin.pk)
    admin.refresh_from_db()
    assert admin.rights == [Right.SUPER_ADMIN]


@pytest.mark.spec("A8")
def test_a_change_of_rights_is_in_the_audit_log_and_no_change_is_not(admin: Membership, member: Membership) -> None:
    for _ in range(2):
        membership_update(
            actor=actor_of(admin), membership_id=member.pk, rights=[Right.APP_MARKETPLACE_ACCESS], **NO_SEAT
        )
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_label, entry.ip) == ("membership.updated", "Anna Admin", "127.0.0.1")
    assert entry.detail["after"]["rights"] == ["app_marketplace_access"]


@pytest.mark.parametrize("seat", [(SeatKind.NONE, Tier.STARTER), (SeatKind.SALES, Tier.NONE)])
def test_a_seat_and_its_tier_go_together(admin: Membership, member: Membership, seat: tuple[SeatKind, Tier]) -> None:
    with pytest.raises(SeatInvalid):
        membership_update(actor=actor_of(admin), membership_id=member.pk, rights=[], seat=seat[0], seat_tier=seat[1])


@pytest.mark.spec("A3")
@pytest.mark.django_db(transaction=True)
def test_two_super_admins_who_remove_each_other_at_once_leave_one() -> None:
    first = MembershipFactory(super_admin=True)
    second = MembershipFactory(account=first.account, super_admin=True)
    barrier, refused = threading.Barrier(2), []

    def remove(actor: Actor, victim: Membership) -> None:
        try:
            barrier.wait(10)
            membership_remove(actor=actor, membership_id=victim.pk)
        except (RightMissing, LastSuperAdmin) as error:
            refused.append(type(error))
        finally:
            connection.close()

    pairs = [(actor_of(first), second), (actor_of(second), first)]
    threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(refused) == 1
    assert Membership.objects.filter(account=first.account).count() == 1


@pytest.mark.spec("A3")
@pytest.mark.django_db(transaction=True)
def test_two_super_admins_who_step_down_at_once_leave_one() -> None:
    first = MembershipFactory(super_admin=True)
    both = [first, MembershipFactory(account=first.account, super_admin=True)]
    barrier, refused = threading.Barrier(2), []

    def step_down(me: Membership) -> None:
        try:
            barrier.wait(10)
            membership_update(actor=actor_of(me), membership_id=me.pk, rights=[], **NO_SEAT)
        except LastSuperAdmin:
            refused.append(me)
        finally:
            connection.close()

    threads = [threading.Thread(target=step_down, args=(me,)) for me in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(refused) == 1
    assert Membership.objects.filter(rights__contains=[Right.SUPER_ADMIN]).count() == 1


@pytest.mark.spec("A3")
@pytest.mark.parametrize(
    ("gate", "hub", "tier", "opens"),
    [
        (MARKETING_OR_CMS_STARTER, Hub.MARKETING, Tier.STARTER, True),
        (MARKETING_OR_CMS_STARTER, Hub.CMS, Tier.ENTERPRISE, True),
        (MARKETING_OR_CMS_STARTER, Hub.OPERATIONS, Tier.ENTERPRISE, False),
        (OPERATIONS_PAID, Hub.OPERATIONS, Tier.STARTER, True),
        (Gate(hubs=(Hub.CMS,), min_tier=Tier.PROFESSIONAL), Hub.CMS, Tier.STARTER, False),
        (PAID_SEAT, Hub.MARKETING, Tier.ENTERPRISE, False),
    ],
)
def test_a_gate_opens_for_the_hubs_and_tiers_that_it_names(
    admin: Membership, gate: Gate, hub: Hub, tier: Tier, opens: bool
) -> None:
    assert not gate.gate_open(admin)
    subscription_set(actor=actor_of(admin), account=admin.account, hub=hub, tier=tier)
    assert gate.gate_open(admin) is opens
    subscription_set(actor=actor_of(admin), account=admin.account, hub=hub, tier=Tier.NONE)
    assert not gate.gate_open(admin)


@pytest.mark.spec("A3")
def test_a_paid_seat_opens_its_gate_and_each_gate_says_what_would(member: Membership) -> None:
    assert not PAID_SEAT.gate_open(member)
    assert PAID_SEAT.gate_open(MembershipFactory.build(paid_seat=True, account=member.account, user=member.user))
    assert "paid Sales or Service seat" in PAID_SEAT.gate_words
    assert "Marketing Hub or CMS Hub, Starter or higher" in MARKETING_OR_CMS_STARTER.gate_words


@pytest.mark.spec("A8")
@pytest.mark.django_db(transaction=True)
def test_an_audit_row_outside_a_transaction_is_refused_and_goes_with_one_that_fails() -> None:
    actor = system_actor(MembershipFactory().account_id)
    with pytest.raises(RuntimeError):
        audit_write(actor=actor, action="user.updated", target_kind="user", target_id=1)
    with transaction.atomic():
        audit_write(actor=actor, action="user.updated", target_kind="user", target_id=1)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_only_a_digest_of_a_token_is_kept_and_its_secret_is_nowhere(admin: Membership) -> None:
    token, plain = _token(admin, ["crm.objects.contacts.read"])
    assert plain.startswith("pat-")
    assert plain not in str(AccessToken.objects.values())
    assert plain not in str(list(AuditEntry.objects.values()))
    assert access_token_resolve(plain) == token
    assert access_token_resolve(plain + "x") is None


def test_a_revoked_token_is_good_no_more_and_revoking_twice_is_told_once(admin: Membership) -> None:
    token, plain = _token(admin, [])
    for _ in range(2):
        access_token_revoke(actor=actor_of(admin), token_id=token.pk)
    assert access_token_resolve(plain) is None
    assert AuditEntry.objects.filter(action="access_token.revoked").count() == 1


def test_a_token_of_another_account_cannot_be_revoked(admin: Membership, stranger: Membership) -> None:
    token, plain = _token(admin, [])
    with pytest.raises(AccessToken.DoesNotExist):
        access_token_revoke(actor=actor_of(stranger), token_id=token.pk)
    assert access_token_resolve(plain) == token


def test_the_last_use_is_noted_at_most_once_a_minute(admin: Membership, django_assert_num_queries: Any) -> None:
    token, plain = _token(admin, [])
    access_token_resolve(plain)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    access_token_resolve(plain)
    token.refresh_from_db()
    assert token.last_used_at == first


def test_an_unknown_scope_is_refused(admin: Membership) -> None:
    with pytest.raises(ScopeUnknown):
        _token(admin, ["crm.everything"])
    assert not AccessToken.objects.exists()


def _token(owner: Membership, scopes: list[str]) -> tuple[AccessToken, str]:
    return access_token_create(
        actor=actor_of(owner), account=owner.account, name="x", scopes=scopes, created_by=owner.user
    )
