"""Sessions that have run out leave nothing behind."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tasks import sessions_trim
from tests.accounts.factories import PASSWORD

pytestmark = pytest.mark.spec("A2")


def signed_in(member: Membership) -> str:
    """A session of its own, seen two days ago; its key."""
    client = Client()
    client.post(reverse("account_login"), {"login": member.user.email, "password": PASSWORD})
    key = str(client.session.session_key)
    UserSession.objects.filter(session_key=key).update(last_seen_at=timezone.now() - dt.timedelta(days=2))
    return key


def test_a_session_that_has_run_out_goes_with_its_device_and_address_and_others_stay(member: Membership) -> None:
    over, going_on = signed_in(member), signed_in(member)
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {over, going_on}
    Session.objects.filter(session_key=over).update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    sessions_trim()
    assert list(Session.objects.values_list("session_key", flat=True)) == [going_on]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [going_on]


def test_a_sign_in_under_way_is_left_alone(member: Membership) -> None:
    key = signed_in(member)
    UserSession.objects.update(last_seen_at=timezone.now())
    Session.objects.all().delete()
    sessions_trim()
    assert UserSession.objects.get().session_key == key
