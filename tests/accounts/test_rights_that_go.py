"""Rights and memberships that go while a request is on its way."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts.models import Account, Invitation, Membership
from tests.accounts.conftest import signed_in

pytestmark = [pytest.mark.spec("A3"), pytest.mark.django_db(transaction=True)]


def post_when(membership: Membership, url: str, form: dict[str, Any], **meanwhile: Any) -> Any:
    """The answer to a post that waits for its turn while ``meanwhile`` is set on the membership (none: it ends)."""

    def post() -> Any:
        try:
            return signed_in(membership).post(url, form)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Account.objects.select_for_update().get(pk=membership.account_id)
            answer = pool.submit(post)
            _wait(answer)
            mine = Membership.objects.filter(pk=membership.pk)
            mine.update(**meanwhile) if meanwhile else mine.delete()
        return answer.result(30)


def _wait(answer: Future[Any]) -> None:
    """Until the post waits for the account's row."""
    waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        for _ in range(1500):
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone():
                return
            assert not answer.done(), answer.result()
            time.sleep(0.02)
    raise AssertionError("the post never waited")


def test_a_right_that_went_is_told_like_one_that_never_was(admin: Membership, member: Membership) -> None:
    url = reverse("accounts:user_edit", args=[admin.account_id, member.pk])
    answer = post_when(admin, url, {"rights": ["super_admin"], "seat": "none"}, rights=[])
    assert answer.status_code == 403
    assert "Super admin" in answer.content.decode()
    assert not Membership.objects.filter(rights__contains=["super_admin"]).exists()


def test_who_was_removed_meanwhile_sees_nothing_of_the_account(admin: Membership, member: Membership) -> None:
    url = reverse("accounts:user_remove", args=[admin.account_id, member.pk])
    answer = post_when(admin, url, {})
    assert answer.status_code == 404
    assert admin.account.name not in answer.content.decode()
    assert Membership.objects.filter(pk=member.pk).exists()


def test_of_two_who_remove_a_member_both_are_told_that_they_are_out(admin: Membership, member: Membership) -> None:
    url = reverse("accounts:user_remove", args=[admin.account_id, member.pk])

    def post() -> Any:
        try:
            return signed_in(admin).post(url)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Account.objects.select_for_update().get(pk=member.account_id)
            answer = pool.submit(post)
            _wait(answer)
            Membership.objects.filter(pk=member.pk).delete()
        assert answer.result(30)["Location"] == reverse("accounts:users", args=[admin.account_id])


def test_an_invitation_of_somebody_who_is_demoted_meanwhile_is_not_sent(admin: Membership) -> None:
    form = {"email": "mallory@hubclone.test", "language": "en", "rights": ["super_admin"], "seat": "none"}
    answer = post_when(admin, reverse("accounts:user_invite", args=[admin.account_id]), form, rights=[])
    assert answer.status_code == 403
    assert not Invitation.objects.exists()
