"""The page of every value that the properties of a record have had."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, User
from crm.choices import PropertyType
from crm.models import PropertyChange, PropertyGroup
from crm.services.definitions import definition_archive, definition_create
from crm.services.records import record_archive
from tests.crm.conftest import Write, actor_of
from tests.crm.test_merging import merge
from tests.crm.test_pages import client

__all__ = ["client"]
pytestmark = [pytest.mark.django_db, pytest.mark.spec("A17", "A21")]
QUERIES = 12


def address(account: Account, record_id: int | None, name: str = "crm:history") -> str:
    return reverse(name, args=[account.pk, "contacts", record_id])


def lines(client: Client, url: str, **query: str) -> list[str]:
    """The rows of the table as words."""
    page = client.get(url, query)
    assert page.status_code == 200
    body = re.search(r"<tbody>(.*)</tbody>", page.content.decode(), re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", body.group(1), re.DOTALL) if body else []
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in rows]


def test_each_value_stands_with_its_time_in_the_readers_zone_and_its_source(
    account: Account, client: Client, write: Write
) -> None:
    User.objects.update(time_zone="Asia/Tokyo")
    ann = write(properties={"firstname": "Ann", "lifecyclestage": "lead"}).record_id
    write(record_id=ann, properties={"lifecyclestage": "customer"}, by=actor_of(account, ActorKind.APP, label="Shop"))
    write(record_id=ann, properties={"firstname": None}, by=actor_of(account, ActorKind.VISITOR, "", ""))
    PropertyChange.objects.update(changed_at=dt.datetime(2026, 11, 30, 20, tzinfo=dt.UTC))
    when = "Dec 1, 2026, 5:00 AM JST"
    assert lines(client, address(account, ann)) == [
        f"First name cleared {when} Visitor",
        f"Lifecycle stage Customer {when} Shop App",
        f"Lifecycle stage Lead {when} Ann Admin User",
        f"First name Ann {when} Ann Admin User",
    ]
    only = lines(client, address(account, ann), property="lifecyclestage")
    assert [line.split(" Dec")[0] for line in only] == ["Lifecycle stage Customer", "Lifecycle stage Lead"]


@pytest.mark.parametrize("kind", list(ActorKind))
def test_the_kind_of_every_source_is_said(account: Account, client: Client, write: Write, kind: ActorKind) -> None:
    ann = write(properties={"firstname": "Ann"}, by=actor_of(account, kind, label="Northwind")).record_id
    (line,) = lines(client, address(account, ann))
    assert line.endswith(f"Northwind {kind.label}")
    timeline = client.get(address(account, ann, "crm:record")).content.decode()
    plain = kind in (ActorKind.USER, ActorKind.SYSTEM)
    assert f'<p class="timeline__source">{"Northwind" if plain else f"{kind.label}: Northwind"}</p>' in timeline


def test_pages_follow_each_other_without_gaps_at_the_same_cost(account: Account, client: Client, write: Write) -> None:
    ann = write(properties={"phone": "0"}).record_id
    with CaptureQueriesContext(connection) as few:
        client.get(address(account, ann))
    for n in range(1, 111):
        write(record_id=ann, properties={"phone": str(n), "jobtitle": f"J{n}"})
    url, seen = f"{address(account, ann)}?property=phone", []
    while url:
        with CaptureQueriesContext(connection) as many:
            page = client.get(url)
        seen += [row["shown"].text for row in page.context["rows"]]
        assert len(many) == len(few) <= QUERIES
        assert page.context["name"] == "phone"
        assert bool(page.context["first_url"]) == ("after=" in url)
        url = page.context["next_url"]
    assert seen == [str(n) for n in reversed(range(111))]


def test_the_choice_is_of_what_has_a_history_by_group(account: Account, client: Client, write: Write) -> None:
    ann = write(properties={"phone": "1", "city": "Kraków"}).record_id
    page = client.get(address(account, ann), {"property": "jobtitle"})
    chosen = [("phone", "Phone number"), ("jobtitle", "Job title")]
    assert page.context["choices"] == [("Contact information", chosen), ("Address", [("city", "City")])]
    assert '<option value="jobtitle" selected>' in page.content.decode()
    assert "This property was never set" in page.content.decode()


def test_a_property_that_is_archived_or_gone_keeps_its_history(
    account: Account, actor: Actor, client: Client, write: Write
) -> None:
    group = PropertyGroup.objects.filter(account=account, object_type="contact")[0]
    definition = {"object_type": "contact", "group_name": group.name, "name": "shoe", "label": "Shoe size"}
    definition_create(actor=actor, type=PropertyType.NUMBER, options=(), **definition)
    ann = write(properties={"firstname": "Ann", "shoe": 42}).record_id
    definition_archive(actor=actor, object_type="contact", name="shoe")
    PropertyChange.objects.filter(name="firstname").update(name="of_long_ago")
    assert [line.split(" 4")[0] for line in lines(client, address(account, ann), property="shoe")] == ["Shoe size"]
    assert lines(client, address(account, ann), property="of_long_ago")[0].startswith("of_long_ago Ann")
    page = client.get(address(account, ann))
    assert page.context["choices"][-1] == ("Other", [("of_long_ago", "of_long_ago")])


def test_the_history_of_what_was_merged_in_is_there_and_marked(
    account: Account, actor: Actor, client: Client, write: Write
) -> None:
    ann, bob = (write(properties={"phone": phone}).record_id for phone in ("1", "2"))
    assert ann is not None
    assert bob is not None
    merge(actor, ann, bob)
    found = [line.split(" Ann Admin")[0] for line in lines(client, address(account, ann), property="phone")]
    marked = ["On a record that was merged in" in line for line in found]
    assert marked == [True, False]
    moved = client.get(address(account, bob), {"property": "phone"})
    assert moved["Location"] == f"{address(account, ann)}?property=phone"


def test_nonsense_in_the_address_leads_to_the_newest(account: Account, client: Client, write: Write) -> None:
    ann = write(properties={"phone": "1"}).record_id
    moved = client.get(address(account, ann), {"property": "phone", "after": "nonsense"})
    assert moved["Location"] == f"{address(account, ann)}?property=phone"
    page = client.get(address(account, ann), {"property": "no'such"})
    assert (page.context["name"], len(page.context["rows"])) == ("", 1)


def test_a_record_without_a_value_says_what_to_do(account: Account, client: Client, write: Write) -> None:
    ann = write().record_id
    page = client.get(address(account, ann)).content.decode()
    assert "No property was set yet" in page
    assert f'href="{address(account, ann, "crm:record_edit")}"' in page


def test_a_deleted_record_says_so_and_anothers_is_not_there(
    account: Account, other_account: Account, actor: Actor, client: Client, write: Write
) -> None:
    ann = write(properties={"phone": "1"}).record_id
    theirs = write(properties={"phone": "2"}, by=actor_of(other_account)).record_id
    assert ann is not None
    record_archive(actor=actor, record_id=ann, object_type="contact")
    gone = client.get(address(account, ann))
    assert gone.status_code == 404
    assert "This record is deleted." in gone.content.decode()
    for url in (address(account, theirs), address(other_account, theirs)):
        assert client.get(url).status_code == 404
    assert client.post(address(account, ann)).status_code == 405


@pytest.mark.parametrize("name", ["crm:record", "crm:record_edit"])
def test_a_record_and_its_form_lead_to_the_history(account: Account, client: Client, write: Write, name: str) -> None:
    ann = write(properties={"phone": "1"}).record_id
    assert f'href="{address(account, ann)}"' in client.get(address(account, ann, name)).content.decode()
