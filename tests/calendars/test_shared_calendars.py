"""A calendar that somebody outside the account has shared is added by their address (C9, Exchange)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Membership
from calendars.choices import CalendarAccess
from calendars.models import Calendar, CalendarAccount
from calendars.services.calendars import calendars_list
from hubclone.lib.jobs.services import run_jobs
from sandbox.exchange.testing import ANNA, BEN, TEAM
from sandbox.testing import Control, SandboxServer
from tests.calendars.booking import account_make, calendar_make
from tests.connections.exchange import exchange_connected
from tests.state import database_fingerprint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C9")]


@pytest.fixture
def member() -> Membership:
    return account_make().memberships.select_related("user", "account").get()


@pytest.fixture
def mailbox(member: Membership, sandbox: Control, sandbox_server: SandboxServer) -> Iterator[CalendarAccount]:
    """Anna's, with its list read."""
    sandbox.exchange.auth("basic")
    yield exchange_connected(member, sandbox_server)
    sandbox.clear()


@pytest.fixture
def client(member: Membership, mailbox: CalendarAccount) -> Client:
    run_jobs()
    browser = Client()
    browser.force_login(member.user)
    return browser


def add(client: Client, member: Membership, address: str) -> Any:
    return client.post(reverse("calendars:shared_add", args=[member.account_id]), {"address": address}, follow=True)


def test_a_shared_mailbox_is_added_counts_and_stays_in_the_list(
    client: Client, member: Membership, mailbox: CalendarAccount, sandbox: Control
) -> None:
    sandbox.exchange.calendar_share(calendar=BEN, account=ANNA, role="reviewer")
    settings = client.get(reverse("calendars:settings", args=[member.account_id])).content.decode()
    assert reverse("calendars:shared_add", args=[member.account_id]) in settings
    assert f"{BEN} · Calendar counts from now on." in add(client, member, BEN.upper()).content.decode()
    added = Calendar.objects.get(name=f"{BEN} · Calendar")
    assert (added.is_selected, added.is_primary, added.is_writable) == (True, False, False)
    assert Calendar.objects.filter(is_selected=True).count() == 2
    run_jobs()
    added.refresh_from_db()
    assert added.synced_at
    assert AuditEntry.objects.filter(action="calendar_account.shared_calendar_added", target_label=BEN).count() == 1
    assert add(client, member, BEN).status_code == 200
    mailbox.refresh_from_db()
    assert mailbox.shared_by == [BEN]


def test_access_that_is_withdrawn_is_lost_and_heals(
    client: Client, member: Membership, mailbox: CalendarAccount, sandbox: Control
) -> None:
    sandbox.exchange.calendar_share(calendar=BEN, account=ANNA, role="reviewer")
    add(client, member, BEN)
    run_jobs()
    sandbox.exchange.calendar_unshare(calendar=BEN, account=ANNA)
    calendars_list(calendar_account=mailbox)
    assert Calendar.objects.get(name__startswith=BEN).access == CalendarAccess.LOST
    sandbox.exchange.calendar_share(calendar=BEN, account=ANNA, role="reviewer")
    calendars_list(calendar_account=mailbox)
    run_jobs()
    assert Calendar.objects.get(name__startswith=BEN).access == CalendarAccess.OK


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (TEAM, f"opens no calendar of {TEAM} for you. Ask them to share it."),
        ("nobody@corp.example", "opens no calendar of nobody@corp.example for you."),
        ("nobody", "Enter a valid email address."),
        ("", "This field is required."),
    ],
)
def test_an_address_whose_calendar_is_not_shared_is_refused_at_its_field(
    client: Client, member: Membership, sandbox: Control, address: str, words: str
) -> None:
    sandbox.exchange.calendar_unshare(calendar=TEAM, account=ANNA)
    before = database_fingerprint()
    answer = add(client, member, address)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert database_fingerprint() == before


def test_an_exchange_that_does_not_answer_is_told_at_the_field(
    client: Client, member: Membership, sandbox: Control
) -> None:
    sandbox.fault(provider="exchange", method="GetFolder", times=5, status=503)
    answer = add(client, member, BEN)
    assert answer.status_code == 422
    assert "does not answer just now" in answer.content.decode()
    assert not Calendar.objects.filter(name__startswith=BEN).exists()


def test_where_the_provider_lists_what_is_shared_nothing_is_added_by_address(member: Membership) -> None:
    calendar_make(member.account, member.user)
    browser = Client()
    browser.force_login(member.user)
    assert add(browser, member, BEN).redirect_chain == [(reverse("calendars:settings", args=[member.account_id]), 302)]
    assert CalendarAccount.objects.get().shared_by == []
