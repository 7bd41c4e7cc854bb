"""Bots and probes learn and gain nothing (C26); the embedded page alone may be framed."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Account
from calendars.models import Booking, SchedulingPage
from crm.choices import ObjectType
from crm.models import Record
from crm.services.changes import RecordChange
from crm.services.erasing import record_erase
from crm.services.records import records_write
from tests.accounts.factories import actor_of
from tests.calendars.booking import account_make, page_make, slot
from tests.calendars.forms import form_key

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C26")]


@pytest.fixture
def account() -> Account:
    return account_make()


@pytest.fixture
def page(account: Account) -> SchedulingPage:
    return page_make(account)


def filled(page: SchedulingPage, number: int = 0, **changes: str) -> dict[str, str]:
    form = {
        "start": slot(number).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": "30",
        "tz": "UTC",
        "key": form_key(page),
        "first_name": "Olga",
        "last_name": "Tokarz",
        "email": "olga@example.com",
        "website": "",
    }
    return form | changes


def test_a_form_whose_token_is_forged_old_or_of_another_page_has_to_be_sent_again(
    account: Account, page: SchedulingPage
) -> None:
    other = page_make(account)
    for key in ("", "x", form_key(page)[:-1] + "?", form_key(other), form_key(page, ago=dt.timedelta(days=2))):
        answer = Client().post(f"/meetings/{page.slug}", filled(page, key=key))
        words = answer.content.decode()
        assert answer.status_code == 422, key
        assert "Nothing you typed is lost" in words
        assert 'value="Tokarz"' in words
        assert not Booking.objects.exists()
        (fresh,) = re.findall(r'name="key" value="([^"]+)"', words)
    assert Client().post(f"/meetings/{page.slug}", filled(page, key=fresh)).status_code == 302


def test_a_form_that_is_open_for_hours_is_taken(page: SchedulingPage) -> None:
    answer = Client().post(f"/meetings/{page.slug}", filled(page, key=form_key(page, ago=dt.timedelta(hours=20))))
    assert answer.status_code == 302


def test_a_token_books_once_even_for_another_time_and_name(page: SchedulingPage) -> None:
    key = form_key(page)
    first = Client().post(f"/meetings/{page.slug}", filled(page, key=key))
    again = Client().post(f"/meetings/{page.slug}", filled(page, 3, key=key, email="other@example.com"))
    assert first["Location"] == again["Location"]
    assert Booking.objects.count() == 1


def test_forms_that_come_sooner_than_anybody_types_are_stopped_before_others(
    page: SchedulingPage, settings: Settings
) -> None:
    settings.BOOKING_ATTEMPTS_MOST = 4
    client = Client(REMOTE_ADDR="198.51.100.90")
    quick = {"ago": dt.timedelta(0)}
    statuses = [
        client.post(f"/meetings/{page.slug}", filled(page, number, key=form_key(page, **quick))).status_code
        for number in range(3)
    ]
    assert statuses == [302, 302, 429]
    assert client.post(f"/meetings/{page.slug}", filled(page, 3)).status_code == 302, "who types may go on"


def test_a_swarm_of_addresses_is_stopped_at_the_page(
    account: Account, page: SchedulingPage, settings: Settings
) -> None:
    settings.BOOKING_ATTEMPTS_MOST = 1
    statuses = [
        Client(REMOTE_ADDR=f"198.51.100.{number}").post(f"/meetings/{page.slug}", filled(page, number)).status_code
        for number in range(11)
    ]
    assert statuses == [302] * 10 + [429]
    other = page_make(account)
    answer = Client(REMOTE_ADDR="198.51.100.99").post(f"/meetings/{other.slug}", filled(other, 40))
    assert answer.status_code == 302, "other pages go on"


def test_no_address_can_be_probed_for_being_a_contact_a_member_or_erased(
    account: Account, page: SchedulingPage
) -> None:
    owner = account.memberships.select_related("user").get()
    for address in ("contact@example.com", "erased@example.com"):
        records_write(
            actor=actor_of(owner),
            changes=[RecordChange(ObjectType.CONTACT, match_email=address, properties={"firstname": "Secret"})],
        )
    erased = Record.objects.get(account=account, properties__email="erased@example.com")
    record_erase(actor=actor_of(owner), record_id=erased.pk)
    seen = set()
    addresses = ["contact@example.com", "erased@example.com", owner.user.email, "nobody@example.com"]
    for number, address in enumerate(addresses):
        wrong = Client().post(f"/meetings/{page.slug}", filled(page, number, email=address, first_name=""))
        answer = Client().post(f"/meetings/{page.slug}", filled(page, number, email=address), follow=True)
        assert wrong.status_code == 422
        assert answer.status_code == 200
        seen.add((_plain(wrong.content.decode(), address), _plain(answer.content.decode(), address)))
    assert len(seen) == 1
    assert "Secret" not in str(seen)


def _plain(words: str, address: str) -> str:
    """A page without what differs for anybody: the address typed, times, tokens and references."""
    words = words.replace(address, "ADDRESS").replace(address.replace("@", "%40"), "ADDRESS")
    return re.sub(r'value="[^"]*"|href="[^"]*"|nonce="[^"]*"|\d', "", words)


@pytest.mark.spec("C19")
def test_the_embedded_page_alone_may_be_framed_and_books_within_its_frame(page: SchedulingPage) -> None:
    SchedulingPage.objects.update(redirect_url="https://example.com/thanks")
    embed, client = f"/meetings/-/embed/{page.slug}", Client()
    shown = client.get(embed)
    assert "frame-ancestors *;" in shown["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in shown
    form = client.get(embed, {"start": slot().strftime("%Y-%m-%dT%H:%M:%SZ")})
    assert f'action="{embed}"' in form.content.decode()
    booked = client.post(embed, filled(page))
    assert booked["Location"].startswith(f"{embed}?booked=")
    done = client.get(booked["Location"])
    assert "frame-ancestors *" in done["Content-Security-Policy"]
    assert "You are booked" in done.content.decode()
    assert 'href="https://example.com/thanks" target="_top"' in done.content.decode()
    refused = client.post(embed, filled(page, 1, email="x"))
    assert (refused.status_code, "X-Frame-Options" in refused) == (422, False)
    reference = booked["Location"].partition("=")[2]
    for other in (f"/meetings/{page.slug}", f"/meetings/-/embed-slots/{page.slug}", f"/meetings/-/booked/{reference}"):
        answer = client.get(other)
        assert answer.status_code == 200
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
