"""The index of each kind of record, and a new record by hand."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Account, User
from crm.layouts import COLUMNS, FIRST_FIELDS, IN_THE_RAIL
from crm.models import PropertyDefinition, Record
from crm.objects import OBJECTS
from crm.presentation import objects_url, plural_label, record_url
from crm.services.records import RecordChange, records_write
from tests.crm.conftest import Write
from tests.state import database_fingerprint

QUERIES = 8
KINDS = sorted(OBJECTS)


@pytest.fixture
def client(account: Account) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(memberships__account=account))
    browser.get(reverse("crm:contacts", args=[account.pk]))
    return browser


def url_of(account: Account, kind: str) -> str:
    return objects_url(account.pk, kind)


def named(kind: str, name: str) -> dict[str, str]:
    """Properties that name a record of this kind."""
    group = OBJECTS[kind].name
    return {group[0][0]: name} if group else {"hs_note_body": name}


@pytest.mark.spec("A15", "A21")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_record_has_an_index_that_asks_as_much_for_many_as_for_one(
    account: Account, actor: Actor, client: Client, kind: str
) -> None:
    url = url_of(account, kind)
    assert client.get(url).status_code == 200
    counts = []
    for count in (1, 60):
        records_write(actor=actor, changes=[RecordChange(kind, named(kind, f"Thing {n}")) for n in range(count)])
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url).content.decode()
        counts.append(len(captured))
    assert counts[0] == counts[1] <= QUERIES
    assert "Thing 59" in page or kind == "note"
    assert 'rel="next"' in page
    newest = Record.objects.order_by("-pk")[0]
    assert f'href="{record_url(newest)}"' in page
    assert client.get(record_url(newest)).context["crumbs"] == [(plural_label(kind), url)]


@pytest.mark.parametrize("kind", KINDS)
def test_columns_and_first_fields_are_properties_of_the_kind(account: Account, kind: str) -> None:
    definitions = PropertyDefinition.objects.filter(account=account, object_type=kind)
    known = set(definitions.values_list("name", flat=True))
    assert set(COLUMNS[kind]) <= known
    assert set(FIRST_FIELDS.get(kind, ())) <= known


@pytest.mark.spec("A6")
def test_the_rail_has_the_kinds_of_record_under_one_heading(account: Account, client: Client) -> None:
    page = client.get(url_of(account, "deal")).content.decode()
    rail = page[page.index('class="rail"') : page.index("</nav>")]
    places = [rail.index(f'href="/app/{account.pk}/{OBJECTS[kind].plural}/"') for kind in IN_THE_RAIL]
    assert places == sorted(places)
    assert re.search(rf'href="/app/{account.pk}/deals/" aria-current="page"', rail)
    assert 'data-rail-section="crm" open' in rail
    assert "line_items" not in rail
    client.cookies["hub_rail_folded"] = "crm"
    assert 'data-rail-section="crm">' in client.get(url_of(account, "deal")).content.decode()


@pytest.mark.spec("A15")
@pytest.mark.parametrize("kind", sorted(FIRST_FIELDS))
def test_a_record_of_each_kind_is_added_by_hand(account: Account, client: Client, kind: str) -> None:
    url = f"{url_of(account, kind)}new/"
    assert client.get(url).status_code == 200
    refused = client.post(url, {})
    assert refused.status_code == 422
    assert refused.context["form"].errors
    made = client.post(url, named(kind, "Blue chair"))
    record = Record.objects.get(object_type=kind)
    assert made["Location"] == reverse("crm:record", args=[account.pk, OBJECTS[kind].plural, record.pk])
    assert client.get(made["Location"]).status_code == 200


def test_an_activity_is_not_added_without_a_record(account: Account, client: Client) -> None:
    assert client.get(f"{url_of(account, 'note')}new/").status_code == 404


@pytest.mark.parametrize(("language", "typed"), [("en", "1,234,567.5"), ("en", "1234567.50"), ("pl", "1 234 567,5")])
def test_a_number_is_typed_and_shown_as_the_language_writes_it(
    account: Account, client: Client, language: str, typed: str
) -> None:
    User.objects.update(language=language)
    client.cookies["django_language"] = language
    url = f"{url_of(account, 'deal')}new/"
    client.post(url, {"dealname": "Chairs", "amount": typed}, headers={"Accept-Language": language})
    record = Record.objects.get(object_type="deal")
    assert record.properties["amount"] == 1234567.5
    page = client.get(url_of(account, "deal"), headers={"Accept-Language": language}).content.decode()
    shown = {"en": "1,234,567.5", "pl": "1\u00a0234\u00a0567,5"}[language]
    assert shown in page.replace("&nbsp;", "\u00a0")
    edit = client.get(f"{url_of(account, 'deal')}{record.pk}/edit/", headers={"Accept-Language": language})
    assert f'value="{ {"en": "1234567.5", "pl": "1234567,5"}[language] }"' in edit.content.decode()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("123456789012345678", "123,456,789,012,345,678"),
        ("-0.123456789012345", "-0.123456789012345"),
        ("1" + "0" * 30, "1" + ",000" * 10),
        ("1.50e3", "1,500"),
        ("0e999", "0"),
    ],
)
def test_a_long_number_is_kept_and_shown_to_its_last_digit(
    account: Account, client: Client, typed: str, shown: str
) -> None:
    client.post(f"{url_of(account, 'deal')}new/", {"dealname": "Chairs", "amount": typed})
    record = Record.objects.get(object_type="deal")
    assert Decimal(str(record.properties["amount"])) == Decimal(typed)
    url = f"{url_of(account, 'deal')}{record.pk}/"
    assert shown in client.get(url).content.decode()
    form = client.get(f"{url}edit/").context["form"]
    same = {
        "dealname": "Chairs",
        "initial-dealname": "Chairs",
        "amount": shown,
        "initial-amount": form["amount"].value(),
    }
    assert client.post(f"{url}edit/", same).status_code == 302
    assert Record.objects.get(pk=record.pk).version == 1


@pytest.mark.parametrize(
    "typed", ["12x", "1,2,3", "NaN", "--5", "1e99999999", "1e-99999999", "1234567890123456789", "0.1234567890123456789"]
)
def test_what_is_no_number_is_refused_at_its_field_and_nothing_is_lost(
    account: Account, client: Client, typed: str
) -> None:
    before = database_fingerprint()
    response = client.post(f"{url_of(account, 'deal')}new/", {"dealname": "Chairs", "amount": typed})
    assert response.status_code == 422
    assert response.context["form"].errors["amount"]
    page = response.content.decode()
    assert f'value="{typed}"' in page
    assert 'value="Chairs"' in page
    assert database_fingerprint() == before


def test_the_index_finds_and_sorts_every_kind(account: Account, write: Write, client: Client) -> None:
    for name in ("Żyto", "Beets", "Apples"):
        write("product", properties={"name": name, "hs_sku": f"SKU-{name[0]}"})
    url = url_of(account, "product")
    found = client.get(url, {"q": "zyt"}).content.decode()
    assert "Żyto" in found
    assert "Beets" not in found
    page = client.get(url, {"sort": "name"}).content.decode()
    assert page.index("Apples") < page.index("Beets") < page.index("Żyto")
    assert "Nothing found for" in client.get(url, {"q": "nothing"}).content.decode()


def test_only_people_are_listed_by_a_persons_name(account: Account, actor: Actor, client: Client) -> None:
    records_write(actor=actor, changes=[RecordChange(kind, named(kind, "Thing")) for kind in ("contact", "company")])
    pages = {
        kind: client.get(url_of(account, kind), headers={"Accept-Language": "pl"}).content.decode()
        for kind in ("contact", "company")
    }
    assert ["Imię i nazwisko" in pages[kind] for kind in ("contact", "company")] == [True, False]


def test_a_new_deal_or_ticket_begins_at_the_first_stage(account: Account, client: Client) -> None:
    for plural, name, stages in (
        ("deals", "dealname", {"pipeline": "default", "dealstage": "appointmentscheduled"}),
        ("tickets", "subject", {"hs_pipeline": "0", "hs_pipeline_stage": "1"}),
    ):
        url = reverse("crm:record_create", args=[account.pk, plural])
        form = client.get(url).context["form"]
        begun = {field: str(form[field].value()) for field in stages}
        assert begun == stages
        client.post(url, {name: "New", **begun})
        assert stages.items() <= Record.objects.order_by("-pk")[0].properties.items()


@pytest.mark.parametrize(("language", "shown"), [("en", "12,500.50"), ("pl", "12\xa0500,50")])
def test_money_is_shown_to_the_hundredth_and_a_quantity_as_it_is(
    account: Account, actor: Actor, client: Client, language: str, shown: str
) -> None:
    values = {"name": "Machine", "amount": "12500.5", "price": "0.0125", "quantity": "3"}
    done = records_write(actor=actor, changes=[RecordChange("line_item", values)])[0]
    url = reverse("crm:record", args=[account.pk, "line_items", done.record_id])
    groups = client.get(url, headers={"accept-language": language}).context["groups"]
    texts = {row.name: row.text for group in groups for row in group["group"].rows}
    assert texts["amount"] == shown
    assert texts["price"] == ("0.0125" if language == "en" else "0,0125")
    assert texts["quantity"] == "3"
