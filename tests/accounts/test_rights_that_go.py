"""Rights and memberships that go while a request is on its way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.models import Account, Invitation, Membership
from tests.accounts.conftest import signed_in
from tests.waiting import in_thread, until, waiting

pytestmark = [pytest.mark.spec("A3"), pytest.mark.django_db(transaction=True)]


def post_when(actor: Membership, url: str, form: dict[str, Any], meanwhile: Callable[[], object]) -> Any:
    """The answer to a post that waits for its turn while ``meanwhile`` is done."""
    client = signed_in(actor)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Account.objects.select_for_update().get(pk=actor.account_id)
            answer = pool.submit(in_thread, lambda: client.post(url, form))
            until(waiting)
            meanwhile()
        return answer.result(30)


def demote(membership: Membership) -> Callable[[], object]:
    return lambda: Membership.objects.filter(pk=membership.pk).update(rights=[])


def remove(membership: Membership) -> Callable[[], object]:
    return lambda: Membership.objects.filter(pk=membership.pk).delete()


def test_a_right_that_went_is_told_like_one_that_never_was(admin: Membership, member: Membership) -> None:
    url = reverse("accounts:user_edit", args=[admin.account_id, member.pk])
    answer = post_when(admin, url, {"rights": ["super_admin"], "seat": "none"}, demote(admin))
    assert answer.status_code == 403
    assert "Super admin" in answer.content.decode()
    assert not Membership.objects.filter(rights__contains=["super_admin"]).exists()


def test_who_was_removed_meanwhile_sees_nothing_of_the_account(admin: Membership, member: Membership) -> None:
    url = reverse("accounts:user_remove", args=[admin.account_id, member.pk])
    answer = post_when(admin, url, {}, remove(admin))
    assert answer.status_code == 404
    assert admin.account.name not in answer.content.decode()
    assert Membership.objects.filter(pk=member.pk).exists()


def test_of_two_who_remove_a_member_both_are_told_that_they_are_out(admin: Membership, member: Membership) -> None:
    url = reverse("accounts:user_remove", args=[admin.account_id, member.pk])
    answer = post_when(admin, url, {}, remove(member))
    assert answer["Location"] == reverse("accounts:users", args=[admin.account_id])


def test_an_invitation_of_somebody_who_is_demoted_meanwhile_is_not_sent(admin: Membership) -> None:
    form = {"email": "mallory@hubclone.test", "language": "en", "rights": ["super_admin"], "seat": "none"}
    answer = post_when(admin, reverse("accounts:user_invite", args=[admin.account_id]), form, demote(admin))
    assert answer.status_code == 403
    assert not Invitation.objects.exists()
