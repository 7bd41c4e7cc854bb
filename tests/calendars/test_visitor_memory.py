"""On a domain of the account's own the form is filled in from what this browser sent before, and nowhere else (C16)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client

from accounts.models import Domain, Subscription
from calendars.models import MeetingSettings, SchedulingPage
from calendars.visitor_memory import COOKIE
from tests.calendars.booking import account_make, page_make, slot
from tests.calendars.forms import form_key
from tests.calendars.settings_of import CUSTOM, domain_make, plan_make, settings_make

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C16"), pytest.mark.usefixtures("domains_forgotten")]
TYPED = {"first_name": "Olga", "last_name": "Zięba", "email": "olga@example.com"}


@pytest.fixture
def page() -> SchedulingPage:
    asked = [{"name": "phone", "label": "Phone"}, {"name": "city", "label": "City", "hidden": True}]
    return page_make(account_make(), slug="anna/intro", form_fields=asked)


@pytest.fixture
def domain(page: SchedulingPage) -> Domain:
    """Connected, chosen by the page's owner, and paid for."""
    found = domain_make(page.account)
    plan_make(page.account)
    settings_make(page, domain=found)
    return found


def book(client: Client, page: SchedulingPage, number: int = 0, host: str = CUSTOM, **fields: Any) -> Any:
    start = f"{slot(number):%Y-%m-%dT%H:%M:%SZ}"
    data = {**TYPED, "answer-phone": "+48 600 700 800", "start": start, "duration": "30", "key": form_key(page)}
    answer = client.post(f"/meetings/{page.slug}", {**data, **fields}, HTTP_HOST=host)
    assert answer.status_code == 302
    assert "/booked/" in answer["Location"]
    return answer


def form(client: Client, page: SchedulingPage, host: str = CUSTOM) -> Any:
    return client.get(f"/meetings/{page.slug}?start={slot(8):%Y-%m-%dT%H:%M:%SZ}&duration=30", HTTP_HOST=host)


def is_filled(answer: Any) -> bool:
    assert answer.status_code == 200
    words = answer.content.decode()
    assert 'name="first_name"' in words
    assert ("Not you?" in words) == ("Olga" in words)
    return "olga@example.com" in words


def test_the_second_form_is_filled_in(page: SchedulingPage, domain: Domain) -> None:
    client = Client()
    assert not is_filled(form(client, page))
    book(client, page)
    answer = form(client, page)
    assert is_filled(answer)
    words = answer.content.decode()
    assert "+48 600 700 800" in words
    assert "Olga Zięba" in words
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


def test_the_cookie_is_of_this_host_alone_signed_and_not_for_scripts(page: SchedulingPage, domain: Domain) -> None:
    client = Client()
    book(client, page)
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["domain"] == ""
    assert cookie["path"] == "/meetings/"
    assert 0 < int(cookie["max-age"]) <= 180 * 24 * 3600
    assert "olga" not in cookie.value


def test_another_page_of_the_account_is_filled_in_where_it_asks_the_same(page: SchedulingPage, domain: Domain) -> None:
    client = Client()
    book(client, page)
    other = page_make(page.account, slug="anna/other")
    answer = form(client, other)
    assert is_filled(answer)
    assert "+48 600 700 800" not in answer.content.decode()


@pytest.mark.parametrize("host", ["testserver", "127.0.0.1"])
def test_a_default_host_neither_sets_nor_reads_it(page: SchedulingPage, domain: Domain, host: str) -> None:
    client = Client()
    MeetingSettings.objects.all().delete()
    book(client, page, host=host)
    assert COOKIE not in client.cookies
    book(client, page, 1)
    assert client.cookies[COOKIE].value
    assert not is_filled(form(client, page, host))
    assert is_filled(form(client, page))


def test_without_the_plan_it_is_neither_set_nor_read(page: SchedulingPage, domain: Domain) -> None:
    client = Client()
    book(client, page)
    Subscription.objects.all().delete()
    MeetingSettings.objects.all().delete()
    assert not is_filled(form(client, page))
    fresh = Client()
    book(fresh, page, 1)
    assert COOKIE not in fresh.cookies


def test_a_forged_cookie_fills_in_nothing(page: SchedulingPage, domain: Domain) -> None:
    fields = {"email": "olga@example.com", "first_name": "Olga"}
    client = Client()
    book(client, page)
    good = client.cookies[COOKIE].value
    forged = [
        "",
        "x",
        signing.dumps(fields),
        signing.dumps(fields, salt="calendars.visitor.memory"),
        signing.dumps(fields, salt=f"calendars.visitor.memory:{page.account_id}:{domain.pk}:other.example"),
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        "." + good.partition(":")[0] + ":" + good.partition(":")[2],
        good + "x",
    ]
    for value in forged:
        other = Client()
        other.cookies[COOKIE] = value
        assert not is_filled(form(other, page)), value


def test_a_cookie_of_another_domain_of_the_account_does_not_hold(page: SchedulingPage, domain: Domain) -> None:
    MeetingSettings.objects.all().delete()
    client = Client()
    book(client, page)
    domain_make(page.account, "meet.northwind.example")
    assert not is_filled(form(client, page, "meet.northwind.example"))


def test_a_domain_that_goes_to_another_account_forgets_who_came(page: SchedulingPage, domain: Domain) -> None:
    client = Client()
    book(client, page)
    domain.delete()
    other = page_make(account_make(), slug="jan/intro")
    plan_make(other.account)
    settings_make(other, domain=domain_make(other.account))
    assert not is_filled(form(client, other))


def test_it_grows_old(page: SchedulingPage, domain: Domain) -> None:
    client = Client()
    book(client, page)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=181), tick=False):
        other = Client()
        other.cookies[COOKIE] = client.cookies[COOKIE].value
        words = other.get(
            f"/meetings/{page.slug}?start={slot():%Y-%m-%dT%H:%M:%SZ}&duration=30", HTTP_HOST=CUSTOM
        ).content.decode()
    assert "olga@example.com" not in words


def test_not_you_clears_it(page: SchedulingPage, domain: Domain) -> None:
    client = Client()
    book(client, page)
    path = f"/meetings/{page.slug}?start={slot(8):%Y-%m-%dT%H:%M:%SZ}&duration=30"
    answer = client.post(path, {"forget": "1"}, HTTP_HOST=CUSTOM)
    assert answer.status_code == 302
    assert answer["Location"] == path
    assert client.cookies[COOKIE].value == ""
    assert not is_filled(form(client, page))


@pytest.mark.spec("C26")
def test_an_address_that_the_crm_knows_tells_nothing(page: SchedulingPage, domain: Domain) -> None:
    book(Client(), page)
    client = Client()
    book(client, page, 1, first_name="X", last_name="", **{"answer-phone": ""})
    words = form(client, page).content.decode()
    assert "olga@example.com" in words, "what this browser typed"
    assert "Zięba" not in words
    assert "+48 600" not in words


def test_values_of_hidden_fields_and_long_answers_are_not_kept(page: SchedulingPage, domain: Domain) -> None:
    client = Client()
    answers: dict[str, Any] = {"answer-phone": "1" * 300, "answer-city": "Kraków"}
    book(client, page, **answers)
    kept = signing.loads(
        client.cookies[COOKIE].value,
        salt=f"calendars.visitor.memory:{page.account_id}:{domain.pk}:{domain.host}",
    )
    assert kept == TYPED


def test_a_form_that_was_refused_is_not_remembered(page: SchedulingPage, domain: Domain) -> None:
    client = Client()
    data = {**TYPED, "email": "nonsense", "start": f"{slot():%Y-%m-%dT%H:%M:%SZ}", "key": form_key(page)}
    assert client.post(f"/meetings/{page.slug}", data, HTTP_HOST=CUSTOM).status_code == 422
    assert COOKIE not in client.cookies
