"""Errors keep the app around a member, and tell a stranger nothing."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from tests.accounts.conftest import signed_in

RAIL, MENU = 'class="rail"', 'class="settings__menu"'
LOST = ["nothing-here/", "contacts/999999999/", "settings/nothing-here/", "settings/users/999999999/"]


def page(who: Membership | None, path: str, status: int) -> str:
    response = signed_in(who).get(path)
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("path", LOST)
def test_a_page_that_is_not_there_keeps_the_rail_and_in_settings_the_menu(admin: Membership, path: str) -> None:
    shown = page(admin, f"/app/{admin.account_id}/{path}", 404)
    assert "Page not found" in shown
    assert RAIL in shown
    assert (MENU in shown) == path.startswith("settings/")


def test_a_missing_right_keeps_the_menu_of_the_settings(member: Membership) -> None:
    shown = page(member, reverse("accounts:audit", args=[member.account_id]), 403)
    assert RAIL in shown
    assert MENU in shown


@pytest.mark.spec("A1")
@pytest.mark.parametrize("path", ["", *LOST])
def test_a_stranger_gets_the_same_plain_page_for_an_account_that_is_there_and_one_that_is_not(
    admin: Membership, stranger: Membership, path: str
) -> None:
    theirs = page(stranger, f"/app/{admin.account_id}/{path}", 404)
    nobodys = page(stranger, f"/app/{admin.account_id + 100_000}/{path}", 404)
    assert RAIL not in theirs
    assert admin.account.name not in theirs
    assert _still(theirs) == _still(nobodys)


def _still(shown: str) -> str:
    """Without what differs from one answer to the next: the CSRF token, and the address that was asked for."""
    return re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", shown)


def test_nobody_signed_in_and_odd_addresses_get_the_plain_page(admin: Membership) -> None:
    for path in (f"/app/{admin.account_id}/nothing-here/", f"/app/{'9' * 60}/nothing-here/", "/nothing-here"):
        response = Client().get(path)
        assert response.status_code == 404
        assert RAIL not in response.content.decode()
    assert RAIL not in page(admin, f"/app/{'9' * 60}/nothing-here/", 404)


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("settings/account/subscriptions/", "settings/account/"),
        ("settings/users/7/remove/", "settings/users/7/"),
        ("settings/integrations/private-apps/7/revoke/", "settings/integrations/private-apps/"),
        ("contacts/7/log/note/", "contacts/7/"),
    ],
)
def test_opening_an_address_that_only_takes_a_form_leads_to_the_page_above(
    admin: Membership, path: str, above: str
) -> None:
    base = f"/app/{admin.account_id}/"
    assert signed_in(admin).get(base + path)["Location"] == base + above


def test_a_form_that_was_sent_signed_out_comes_back_to_a_page(admin: Membership) -> None:
    base = f"/app/{admin.account_id}/"
    asked = Client().post(f"{base}settings/account/subscriptions/")["Location"]
    assert asked.endswith("settings/account/subscriptions/")
    answer = signed_in(admin).get(f"{base}settings/account/subscriptions/", follow=True)
    assert answer.status_code == 200
