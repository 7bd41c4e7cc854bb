"""The pages that merge, delete, restore and erase records, and keep consents."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actor import Actor
from accounts.choices import Right
from accounts.models import Account, Membership, User
from crm.models import Consent, ErasedAddress, Record
from crm.services.erasing import record_erase
from crm.services.records import RecordChange, record_archive, records_write
from tests.crm.conftest import actor_of
from tests.crm.test_merging import merge, new
from tests.routes import Route, routes
from tests.state import database_fingerprint

pytestmark = pytest.mark.django_db
PAGE_QUERIES = 20
ELSEWHERE = {"crm:archive", "crm:erase", "crm:link_options"}
"""What has words of its own for a deleted record, and what no person looks at."""


@pytest.fixture
def client(account: Account) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(memberships__account=account))
    browser.get(reverse("crm:deleted", args=[account.pk]))
    return browser


def address(name: str, account: Account, record_id: int) -> str:
    return reverse(f"crm:{name}", args=[account.pk, "contacts", record_id])


@pytest.mark.spec("A16")
def test_the_other_record_is_found_compared_and_merged_in(account: Account, actor: Actor, client: Client) -> None:
    ann = new(actor, match_email="ann@example.com", properties={"firstname": "Ann", "phone": "1"})
    twin = new(actor, match_email="ann@example.org", properties={"firstname": "Ann", "phone": "2"})
    bob = new(actor, properties={"firstname": "Bob"})
    url = address("merge", account, ann)
    assert [item["record"].pk for item in client.get(url).context["found"]] == [twin]
    new(actor, record_id=bob, properties={"firstname": "Ann"})
    assert [item["record"].pk for item in client.get(url).context["found"]] == [twin, bob]
    assert [item["record"].pk for item in client.get(url, {"q": "ann@example.org"}).context["found"]] == [twin]
    page = client.get(url, {"with": twin})
    assert [row["field"] for row in page.context["rows"]] == ["choice-email", "choice-phone"]
    versions = dict(re.findall(r'name="(version-\d+)" value="(\d+)"', page.content.decode()))
    posted = {**versions, "choice-email": "winner", "choice-phone": "loser"}
    response = client.post(f"{url}?with={twin}", posted)
    assert response["Location"] == reverse("crm:record", args=[account.pk, "contacts", ann])
    assert Record.objects.get(pk=ann).properties["phone"] == "2"
    assert client.get(address("merge", account, twin)).status_code == 302


@pytest.mark.spec("A16")
def test_a_merge_of_values_that_have_changed_shows_the_fresh_ones_and_keeps_the_choices(
    account: Account, actor: Actor, client: Client
) -> None:
    ann, bob = new(actor, properties={"phone": "1"}), new(actor, properties={"phone": "2"})
    url = f"{address('merge', account, ann)}?with={bob}"
    new(actor, record_id=bob, properties={"phone": "3"})
    before = database_fingerprint()
    response = client.post(url, {f"version-{ann}": "1", f"version-{bob}": "1", "choice-phone": "loser"})
    assert response.status_code == 409
    assert database_fingerprint() == before
    (row,) = response.context["rows"]
    assert [(side["shown"].text, side["checked"]) for side in row["sides"]] == [("1", False), ("3", True)]
    for wrong in ({}, {f"version-{ann}": "x"}):
        assert client.post(url, wrong).status_code == 409
    assert database_fingerprint() == before


def test_merging_is_for_pairs_of_one_kind_in_one_account(
    account: Account, actor: Actor, other_account: Account, client: Client
) -> None:
    ann, task = new(actor), new(actor, "task")
    theirs, company = new(actor_of(other_account)), new(actor, "company")
    assert client.get(reverse("crm:merge", args=[account.pk, "tasks", task])).status_code == 404
    for other in (ann, theirs, company, "x", "9" * 30):
        page = client.get(address("merge", account, ann), {"with": other})
        assert page.context["is_missing"]


@pytest.mark.spec("A22")
def test_a_contact_is_deleted_listed_restored_and_is_as_before(account: Account, actor: Actor, client: Client) -> None:
    ann = new(actor, match_email="ann@example.com", properties={"firstname": "Łucja"})
    url = address("archive", account, ann)
    assert "90 days" in client.get(url).content.decode()
    assert Record.objects.get().archived_at is None
    response = client.post(url)
    assert response["Location"] == reverse("crm:index", args=[account.pk, "contacts"])
    page = client.get(reverse("crm:deleted", args=[account.pk]), {"q": "luc", "kind": "contact"})
    (row,) = page.context["rows"]
    owner = User.objects.get(memberships__account=account)
    assert (row["title"], row["days_left"], row["record"].archived_by) == ("Łucja", 90, str(owner))
    assert not client.get(reverse("crm:deleted", args=[account.pk]), {"kind": "deal"}).context["rows"]
    response = client.post(reverse("crm:restore", args=[account.pk, ann]))
    assert response["Location"] == reverse("crm:record", args=[account.pk, "contacts", ann])
    record = Record.objects.get()
    assert (record.archived_at, record.archived_by) == (None, "")
    assert record.properties == {"email": "ann@example.com", "firstname": "Łucja"}
    assert client.post(reverse("crm:restore", args=[account.pk, ann])).status_code == 404


@pytest.mark.spec("A22")
def test_the_address_of_a_deleted_record_says_so_and_restores_it(
    account: Account, other_account: Account, actor: Actor, client: Client
) -> None:
    ann = new(actor, match_email="ann@example.com", properties={"firstname": "Łucja"})
    record_archive(actor=actor, record_id=ann, object_type="contact")
    for name in ("record", "record_edit"):
        page = client.get(address(name, account, ann))
        assert page.status_code == 404
        text = page.content.decode()
        assert "This record is deleted." in text
        assert reverse("crm:restore", args=[account.pk, ann]) in text
        assert page.context["until"] - dt.timedelta(days=90) == Record.objects.get().archived_at
        assert "ann@example.com" not in text
    assert client.get(address("archive", account, ann))["Location"] == address("record", account, ann)
    assert client.get(reverse("crm:record", args=[account.pk, "deals", ann])).context.get("until") is None
    stranger = Client()
    stranger.force_login(User.objects.get(memberships__account=other_account))
    assert "This record is deleted." not in stranger.get(address("record", account, ann)).content.decode()
    client.post(reverse("crm:restore", args=[account.pk, ann]))
    assert client.get(address("record", account, ann)).status_code == 200


BELOW_RECORDS = [
    route
    for route in routes()
    if route.name.startswith("crm:") and "record_id" in route.parameters and route.name not in ELSEWHERE
]


@pytest.mark.spec("A22")
@pytest.mark.parametrize("route", BELOW_RECORDS, ids=lambda route: route.name)
def test_every_page_below_a_deleted_record_says_so_and_changes_nothing(
    account: Account, other_account: Account, actor: Actor, client: Client, route: Route
) -> None:
    ann = new(actor, match_email="ann@example.com", properties={"firstname": "Łucja"})
    record_archive(actor=actor, record_id=ann, object_type="contact")
    given = {"account_id": account.pk, "objects": "contacts", "record_id": ann, "to_objects": "companies"}
    rest = {"composer": "note", "activity_id": 1, "other_id": 1}
    url = reverse(route.name, kwargs={name: (given | rest)[name] for name in route.parameters})
    stranger = Client()
    stranger.force_login(User.objects.get(memberships__account=other_account))
    before = database_fingerprint()
    asked = [client.get(url, follow=True), client.post(url, {"firstname": "Ann"})]
    answers = [answer for answer in asked if answer.status_code != 405]
    assert answers
    for answer in answers:
        assert answer.status_code == 404
        assert "This record is deleted." in answer.content.decode()
        assert reverse("crm:restore", args=[account.pk, ann]) in answer.content.decode()
    assert "This record is deleted." not in stranger.post(url).content.decode()
    assert database_fingerprint() == before


@pytest.mark.spec("A22")
def test_who_may_not_delete_for_good_can_restore_and_an_erased_record_has_no_page(
    account: Account, actor: Actor, client: Client
) -> None:
    ann = new(actor, match_email="ann@example.com")
    record_archive(actor=actor, record_id=ann, object_type="contact")
    url = address("record", account, ann)
    assert "Delete for good" in client.get(url).content.decode()
    Membership.objects.filter(account=account).update(rights=[])
    text = client.get(url).content.decode()
    assert "Restore" in text
    assert "Delete for good" not in text
    record_erase(actor=actor, record_id=ann)
    page = client.get(url)
    assert page.status_code == 404
    assert "This record is deleted." not in page.content.decode()


@pytest.mark.spec("A8", "A22")
def test_the_audit_log_leads_to_a_deleted_record_and_not_to_an_erased_one(
    account: Account, actor: Actor, client: Client
) -> None:
    ann = new(actor, match_email="ann@example.com", properties={"firstname": "Ann"})
    record_archive(actor=actor, record_id=ann, object_type="contact")
    log, link = reverse("accounts:audit", args=[account.pk]), f'href="{address("record", account, ann)}"'
    assert link in client.get(log).content.decode()
    record_erase(actor=actor, record_id=ann)
    assert link not in client.get(log).content.decode()


@pytest.mark.spec("A22")
def test_a_record_that_was_merged_into_a_deleted_one_leads_to_it(
    account: Account, actor: Actor, client: Client
) -> None:
    ann, twin = new(actor), new(actor)
    merge(actor, ann, twin)
    record_archive(actor=actor, record_id=ann, object_type="contact")
    assert client.get(address("record", account, twin))["Location"] == address("record", account, ann)


@pytest.mark.spec("A22")
def test_the_deleted_list_is_paged_leaves_merged_ones_out_and_asks_as_much_for_many_as_for_one(
    account: Account, actor: Actor, client: Client
) -> None:
    changes = [RecordChange("contact", {"firstname": f"P{n:03}"}, archive=True) for n in range(60)]
    records_write(actor=actor, changes=changes)
    merge(actor, new(actor), new(actor))
    url: str = reverse("crm:deleted", args=[account.pk])
    seen: list[str] = []
    query: str | None = ""
    while query is not None:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url + query)
        assert len(captured) <= PAGE_QUERIES
        seen += [row["title"] for row in page.context["rows"]]
        query = page.context["next_url"] or None
    assert seen == [f"P{n:03}" for n in reversed(range(60))]
    assert client.get(url, {"after": "nonsense"}).status_code == 302


def test_the_days_that_are_left_are_counted_down(account: Account, actor: Actor, client: Client) -> None:
    ann = new(actor)
    record_archive(actor=actor, record_id=ann, object_type="contact")
    for days, left in ((0, 90), (1, 89), (89, 1), (90, 0), (200, 0)):
        Record.objects.update(archived_at=Now() - dt.timedelta(days=days, seconds=1 if days else 0))
        (row,) = client.get(reverse("crm:deleted", args=[account.pk])).context["rows"]
        assert row["days_left"] == (left if days == 0 else left), days


@pytest.mark.spec("A22")
def test_deleting_for_good_and_erasing_need_the_right(account: Account, actor: Actor, client: Client) -> None:
    ann = new(actor, match_email="ann@example.com")
    record_archive(actor=actor, record_id=ann, object_type="contact")
    Membership.objects.filter(account=account).update(rights=[])
    before = database_fingerprint()
    for url in (reverse("crm:delete", args=[account.pk, ann]), address("erase", account, ann)):
        response = client.post(url, {"word": "erase"})
        assert response.status_code == 403
        assert str(Right.EDIT_ACCOUNT_SETTINGS.label) in response.content.decode()
    assert "Delete for good" not in client.get(reverse("crm:deleted", args=[account.pk])).content.decode()
    assert database_fingerprint() == before
    Membership.objects.filter(account=account).update(rights=[Right.EDIT_ACCOUNT_SETTINGS])
    assert client.get(reverse("crm:delete", args=[account.pk, ann])).status_code == 200
    assert client.post(reverse("crm:delete", args=[account.pk, ann])).status_code == 302
    assert not Record.objects.exists()


@pytest.mark.spec("A22")
def test_erasing_wants_a_word(account: Account, actor: Actor, client: Client) -> None:
    ann = new(actor, match_email="ann@example.com")
    url = address("erase", account, ann)
    before = database_fingerprint()
    response = client.post(url, {"word": "yes"})
    assert response.status_code == 422
    assert 'value="yes"' in response.content.decode()
    assert database_fingerprint() == before
    assert client.post(url, {"word": " Erase "}).status_code == 302
    assert not Record.objects.exists()
    assert ErasedAddress.objects.count() == 1
    assert client.get(url).status_code == 404


@pytest.mark.spec("A22")
def test_a_statement_is_kept_shown_and_a_wrong_one_keeps_what_was_typed(
    account: Account, actor: Actor, client: Client
) -> None:
    ann = new(actor)
    url = reverse("crm:consents", args=[account.pk, ann])
    wrong = client.post(url, {"purpose": "", "state": "given", "text": "I want news."})
    assert wrong.status_code == 422
    assert "I want news." in wrong.content.decode()
    for state in ("given", "withdrawn"):
        assert client.post(url, {"purpose": "News", "state": state, "proof": "Call"}).status_code == 302
    page = client.get(url)
    assert [consent.state for consent in page.context["consents"]] == ["withdrawn"]
    assert [consent.state for consent in page.context["history"]] == ["withdrawn", "given"]
    assert Consent.objects.count() == 2


@pytest.mark.spec("A22")
def test_an_address_that_a_deleted_contact_has_leads_to_where_it_can_be_restored(
    account: Account, actor: Actor, client: Client
) -> None:
    ann, bob = new(actor, match_email="ann@example.com"), new(actor, match_email="bob@example.com")
    record_archive(actor=actor, record_id=ann, object_type="contact")
    before = database_fingerprint()
    posted = {"initial-email": "bob@example.com", "email": "ann@example.com"}
    page = client.post(reverse("crm:record_edit", args=[account.pk, "contacts", bob]), posted)
    assert page.status_code == 422
    assert address("record", account, ann) in page.content.decode()
    assert database_fingerprint() == before
