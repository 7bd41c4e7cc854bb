"""Settings → General → Calendar: what is connected, which calendars count, calendar sync (C1, C5, C9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Membership
from calendars.choices import CalendarAccess
from calendars.exceptions import CalendarNotListed
from calendars.models import Calendar, CalendarAccount, CalendarJob
from calendars.services.calendars import calendars_select
from connections.choices import ConnectionState
from connections.models import Connection
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory, actor_of
from tests.connections.google import ANNA, FAMILY, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(member: Membership) -> Client:
    return signed_in(member)


@pytest.fixture
def calendar_account(member: Membership, sandbox: Control) -> CalendarAccount:
    made = connected(member)
    run_jobs()
    return made


def _url(member: Membership) -> str:
    return reverse("calendars:settings", args=[member.account_id])


def _ids() -> dict[str, int]:
    return dict(Calendar.objects.values_list("remote_id", "pk"))


def _selected() -> set[str]:
    return set(Calendar.objects.filter(is_selected=True).values_list("remote_id", flat=True))


def _post(client: Client, member: Membership, calendars: list[int], **fields: Any) -> Any:
    return client.post(_url(member), {"calendars": calendars, **fields})


@pytest.mark.spec("C1")
def test_without_a_calendar_the_page_offers_to_connect_one(client: Client, member: Membership) -> None:
    words = client.get(_url(member)).content.decode()
    assert "Connect your calendar" in words
    assert reverse("calendars:connect", args=[member.account_id, "google"]) in words


def test_only_kinds_that_are_there_are_offered(client: Client, member: Membership) -> None:
    words = client.get(reverse("calendars:connect_choose", args=[member.account_id])).content.decode()
    assert "Google" in words
    assert client.get(reverse("calendars:connect", args=[member.account_id, "lotus"])).status_code == 404


@pytest.mark.spec("C9")
def test_the_page_lists_what_can_be_added_and_removed(
    client: Client, member: Membership, calendar_account: CalendarAccount
) -> None:
    words = client.get(_url(member)).content.decode()
    ids = _ids()
    assert f'name="remove" value="{ids[ANNA]}"' in words
    assert f'<option value="{ids[FAMILY]}">Family</option>' in words
    assert ANNA in words


@pytest.mark.spec("C9")
def test_adding_and_removing_change_the_form_and_saving_keeps_it(
    client: Client, member: Membership, calendar_account: CalendarAccount
) -> None:
    ids = _ids()
    added = _post(client, member, [ids[ANNA]], add=str(ids[FAMILY]), add_chosen="1")
    assert f'name="remove" value="{ids[FAMILY]}"' in added.content.decode()
    assert _selected() == {ANNA}
    saved = _post(client, member, [ids[ANNA], ids[FAMILY]])
    assert saved.status_code == 302
    assert _selected() == {ANNA, FAMILY}
    removed = _post(client, member, [ids[ANNA], ids[FAMILY]], remove=str(ids[ANNA]))
    assert f'name="remove" value="{ids[ANNA]}"' not in removed.content.decode()
    assert _selected() == {ANNA, FAMILY}
    assert AuditEntry.objects.filter(action="calendar_account.calendars_selected").count() == 1


@pytest.mark.spec("C9", "C10")
def test_opening_the_page_asks_for_the_list_when_it_is_not_of_this_minute(
    client: Client, member: Membership, calendar_account: CalendarAccount, sandbox: Control
) -> None:
    client.get(_url(member))
    assert not CalendarJob.objects.filter(state=JobState.QUEUED).exists()
    sandbox.google.calendar_create(account=ANNA, summary="New one")
    CalendarAccount.objects.update(listed_at=timezone.now() - dt.timedelta(minutes=2))
    client.get(_url(member))
    run_jobs()
    assert "New one" in client.get(_url(member)).content.decode()
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION)
    CalendarAccount.objects.update(listed_at=None)
    client.get(_url(member))
    assert not CalendarJob.objects.filter(state=JobState.QUEUED).exists()


def test_what_is_chosen_in_the_dropdown_is_saved_without_adding_it_first(
    client: Client, member: Membership, calendar_account: CalendarAccount
) -> None:
    ids = _ids()
    assert _post(client, member, [ids[ANNA]], add=str(ids[FAMILY])).status_code == 302
    assert _selected() == {ANNA, FAMILY}


@pytest.mark.spec("C9")
def test_the_server_refuses_calendars_that_are_not_listed(
    client: Client, member: Membership, calendar_account: CalendarAccount, stranger: Membership
) -> None:
    mine = _ids()[ANNA]
    connected(stranger)
    run_jobs()
    theirs = Calendar.objects.get(account=stranger.account, remote_id=FAMILY).pk
    answer = _post(client, member, [mine, theirs])
    assert answer.status_code == 422
    assert "not among those" in answer.content.decode()
    assert not Calendar.objects.get(pk=theirs).is_selected
    with pytest.raises(CalendarNotListed):
        calendars_select(actor=actor_of(member), calendar_account=calendar_account, calendar_ids=[2**40])


def test_the_last_calendar_cannot_be_removed(
    client: Client, member: Membership, calendar_account: CalendarAccount
) -> None:
    answer = _post(client, member, [])
    assert answer.status_code == 422
    assert "at least one calendar" in answer.content.decode()
    assert _selected() == {ANNA}


@pytest.mark.parametrize("nonsense", ["", "x", "1; drop table", "9" * 40, "١"])
def test_nonsense_in_the_form_is_no_error(
    client: Client, member: Membership, calendar_account: CalendarAccount, nonsense: str
) -> None:
    ids = _ids()
    assert _post(client, member, [ids[ANNA]], add=nonsense, remove=nonsense, add_chosen="1").status_code == 200
    assert _post(client, member, [ids[ANNA]], add=nonsense).status_code == 302
    assert _selected() == {ANNA}


@pytest.mark.spec("C10")
def test_a_dead_calendar_is_marked_and_can_be_removed(
    client: Client, member: Membership, calendar_account: CalendarAccount
) -> None:
    Calendar.objects.filter(remote_id=FAMILY).update(is_selected=True, access=CalendarAccess.LOST)
    assert "Access lost" in client.get(_url(member)).content.decode()
    assert _post(client, member, [_ids()[ANNA]]).status_code == 302
    assert _selected() == {ANNA}


@pytest.mark.spec("A10")
def test_a_connection_page_says_how_it_fares_and_what_mends_it(
    client: Client, member: Membership, calendar_account: CalendarAccount
) -> None:
    connection = calendar_account.connection
    url = reverse("connections:detail", args=[member.account_id, connection.pk])
    well = client.get(url).content.decode()
    assert "Active" in well
    assert "calendars and events that you can reach" in well
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION, last_error_code="GRANT_REVOKED")
    for page in (url, _url(member)):
        words = client.get(page).content.decode()
        assert "Needs attention" in words
        assert "no longer lets us in" in words
        assert "Reconnect" in words
    listed = client.get(reverse("connections:index", args=[member.account_id])).content.decode()
    assert ANNA in listed


@pytest.mark.spec("A1", "A10")
def test_a_connection_is_seen_by_its_owner_only(calendar_account: CalendarAccount, stranger: Membership) -> None:
    account, pk = calendar_account.account, calendar_account.connection_id
    other = signed_in(MembershipFactory(account=account, super_admin=True))
    for name in ("detail", "remove"):
        assert other.get(reverse(f"connections:{name}", args=[account.pk, pk])).status_code == 404
        url = reverse(f"connections:{name}", args=[stranger.account_id, pk])
        assert signed_in(stranger).get(url).status_code == 404
    for name in ("remove", "reconnect"):
        assert other.post(reverse(f"connections:{name}", args=[account.pk, pk])).status_code == 404
    assert Connection.objects.get().state == ConnectionState.ACTIVE


@pytest.mark.spec("C4")
def test_removing_says_what_it_does_and_then_does_it(
    client: Client, member: Membership, calendar_account: CalendarAccount, sandbox: Control
) -> None:
    url = reverse("connections:remove", args=[member.account_id, calendar_account.connection_id])
    assert "take requests" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    assert not CalendarAccount.objects.exists()
    assert Connection.objects.get().state == ConnectionState.DISCONNECTED
    assert "Connect your calendar" in client.get(_url(member)).content.decode()


def test_the_settings_take_few_queries(
    client: Client, member: Membership, calendar_account: CalendarAccount, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(15):
        client.get(_url(member))
