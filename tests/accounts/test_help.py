"""The help page: first steps, keys, version and how the installation does."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from hubclone.lib.health import HEALTH_CHECKS
from hubclone.lib.version import VERSION
from tests.accounts.factories import MembershipFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def page_of(member: Membership) -> str:
    client = Client()
    client.force_login(member.user)
    return client.get(reverse("accounts:help", args=[member.account_id])).content.decode()


def test_help_leads_to_the_first_steps_and_says_the_version() -> None:
    member = MembershipFactory()
    html = page_of(member)
    assert reverse("calendars:settings", args=[member.account_id]) in html
    assert reverse("calendars:pages", args=[member.account_id]) in html
    assert f">{VERSION}<" in html
    assert "Ctrl K" in html


def test_help_says_what_does_not_answer_without_saying_why() -> None:
    html = page_of(MembershipFactory())
    assert "Some of it does not work right now" in html  # no other process runs beside the tests
    assert html.count("Does not answer") == len(HEALTH_CHECKS) - 1
    assert "no sign of life" not in html


def test_the_version_is_that_of_the_project() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
