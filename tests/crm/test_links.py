"""Linking records with each other from a record's page."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, User
from crm.exceptions import RecordError
from crm.models import Association, Event, Record
from crm.services.association_labels import association_label_create
from crm.services.associations import association_add, association_labels_set, association_remove
from crm.services.records import AssociationChange, RecordChange, record_archive, records_write
from tests.crm.conftest import Write, account_make, actor_of, record_of
from tests.state import database_fingerprint

PRIMARY, PLAIN = 1, 279


@pytest.fixture
def client(account: Account) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(memberships__account=account))
    return browser


@pytest.fixture
def ann(write: Write) -> Record:
    return record_of(write(properties={"firstname": "Ann"}))


@pytest.fixture
def firms(write: Write) -> list[Record]:
    return [record_of(write("company", properties={"name": name})) for name in ("Acme", "Bolt")]


@pytest.fixture
def billing(actor: Actor) -> int:
    """The type of a label of the account's own, from contacts to companies."""
    label = association_label_create(actor=actor, from_type="contact", to_type="company", label="Billing")
    return label.type_id


def types(one: Record, other: Record) -> list[int]:
    links = Association.objects.filter(from_record=one, to_record=other)
    return sorted(links.values_list("type_id", flat=True))


def url_of(record: Record, rest: str = "") -> str:
    return reverse("crm:record", args=[record.account_id, "contacts", record.pk]) + rest


@pytest.mark.spec("A18", "A21")
def test_a_company_is_linked_with_labels_and_seen_from_both_sides(
    account: Account, client: Client, ann: Record, firms: list[Record], billing: int
) -> None:
    url = url_of(ann, "links/companies/add/")
    page = client.get(url).content.decode()
    assert "Acme" in page
    assert "Primary" in page
    assert "Billing" in page
    posted = {"to": str(firms[0].pk), "label": [str(PRIMARY), str(billing)]}
    assert client.post(url, posted)["Location"] == f"{url_of(ann)}#links"
    assert types(ann, firms[0]) == [PRIMARY, PLAIN, billing]
    assert len(types(firms[0], ann)) == 3
    assert "Primary, Billing" in client.get(url_of(ann)).content.decode()
    company = reverse("crm:record", args=[account.pk, "companies", firms[0].pk])
    assert url_of(ann) in client.get(company).content.decode()
    assert "Acme" not in client.get(url).content.decode()


@pytest.mark.spec("A18")
def test_another_primary_company_takes_the_label_and_the_first_stays_linked(
    actor: Actor, ann: Record, firms: list[Record]
) -> None:
    acme, bolt = firms
    association_add(actor=actor, record=ann, other=acme, type_ids=[PRIMARY])
    association_add(actor=actor, record=ann, other=bolt, type_ids=[PRIMARY])
    assert types(ann, acme) == [PLAIN]
    assert types(ann, bolt) == [PRIMARY, PLAIN]
    association_add(actor=actor, record=acme, other=ann, type_ids=[2])
    assert types(ann, acme) == [PRIMARY, PLAIN]
    assert types(ann, bolt) == [PLAIN]
    assert types(bolt, ann) == [280]


@pytest.mark.spec("A18")
def test_labels_of_a_link_are_set_and_the_plain_link_stays(
    actor: Actor, client: Client, ann: Record, firms: list[Record], billing: int
) -> None:
    association_add(actor=actor, record=ann, other=firms[0], type_ids=[PRIMARY])
    url = url_of(ann, f"links/{firms[0].pk}/")
    assert f'value="{PRIMARY}" checked' in client.get(url).content.decode()
    client.post(url, {"label": [str(billing)]})
    assert types(ann, firms[0]) == [PLAIN, billing]
    client.post(url, {})
    assert types(ann, firms[0]) == [PLAIN]


@pytest.mark.spec("A18")
def test_a_link_is_removed_after_asking_with_all_its_labels(
    actor: Actor, client: Client, ann: Record, firms: list[Record]
) -> None:
    association_add(actor=actor, record=ann, other=firms[0], type_ids=[PRIMARY])
    url = url_of(ann, f"links/{firms[0].pk}/remove/")
    assert "Both records stay" in client.get(url).content.decode()
    assert types(ann, firms[0]) == [PRIMARY, PLAIN]
    assert client.post(url).status_code == 302
    assert not Association.objects.exists()
    assert client.post(url).status_code == 404
    association_remove(actor=actor, record=ann, other=firms[0])


@pytest.mark.parametrize("to", ["", "x", "0", "999999999999", "9" * 40])
def test_nothing_chosen_is_said_at_the_field_and_nothing_is_written(client: Client, ann: Record, to: str) -> None:
    before = database_fingerprint()
    response = client.post(url_of(ann, "links/companies/add/"), {"to": to})
    assert response.status_code == 422
    assert "Choose one of the list." in response.content.decode()
    assert database_fingerprint() == before


@pytest.mark.spec("A1")
def test_a_record_of_another_account_cannot_be_linked(
    client: Client, ann: Record, other_account: Account, write: Write
) -> None:
    theirs = write("company", by=actor_of(other_account), properties={"name": "Theirs"})
    client.get(url_of(ann))
    before = database_fingerprint()
    response = client.post(url_of(ann, "links/companies/add/"), {"to": str(theirs.record_id)})
    assert response.status_code == 422
    assert client.get(url_of(ann, f"links/{theirs.record_id}/")).status_code == 404
    assert "Theirs" not in client.get(url_of(ann, "links/companies/options/"), {"q": "theirs"}).content.decode()
    assert database_fingerprint() == before


def test_kinds_that_are_never_linked_are_not_offered_and_refused(
    actor: Actor, client: Client, ann: Record, write: Write
) -> None:
    product = record_of(write("product", properties={"name": "Chair"}))
    assert client.get(url_of(ann, "links/products/add/")).status_code == 404
    with pytest.raises(RecordError):
        association_add(actor=actor, record=ann, other=product)
    with pytest.raises(RecordError):
        association_labels_set(actor=actor, record=ann, other=product, type_ids=[])


def test_the_search_box_is_answered_with_beginnings_of_names(client: Client, ann: Record, firms: list[Record]) -> None:
    found = client.get(url_of(ann, "links/companies/options/"), {"q": "bo"}).json()
    assert found == {"options": [{"value": firms[1].pk, "label": "Bolt"}]}


@pytest.mark.spec("A18")
@pytest.mark.django_db(transaction=True)
def test_two_people_who_make_two_companies_the_primary_one_leave_one() -> None:
    account, owner = account_make()
    actor = actor_of(account, id=str(owner.pk))
    changes = [RecordChange("contact", {"firstname": "Ann"}), *(RecordChange("company", {"name": n}) for n in "ABCD")]
    ann, *firms = (record_of(result) for result in records_write(actor=actor, changes=changes))
    start = threading.Barrier(len(firms))

    def link(firm: Record) -> None:
        start.wait()
        association_add(actor=actor, record=ann, other=firm, type_ids=[PRIMARY])
        connection.close()

    threads = [threading.Thread(target=link, args=[firm]) for firm in firms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Association.objects.filter(from_record=ann, type_id=PRIMARY).count() == 1
    assert Association.objects.filter(from_record=ann, type_id=PLAIN).count() == len(firms)


@pytest.mark.spec("A18", "A23")
@pytest.mark.parametrize("way", ["contact", "company", "new company", "both at once"])
def test_whoever_writes_a_second_primary_company_takes_the_label_from_the_first(
    account: Account, ann: Record, firms: list[Record], way: str
) -> None:
    acme, bolt = firms
    sync = actor_of(account, ActorKind.SYNC)
    association_add(actor=sync, record=ann, other=acme, type_ids=[PRIMARY])
    to_bolt = AssociationChange(PRIMARY, to_record_id=bolt.pk)
    to_acme = AssociationChange(PRIMARY, to_record_id=acme.pk)
    from_firm = [AssociationChange(2, to_record_id=ann.pk)]
    changes = {
        "contact": RecordChange("contact", record_id=ann.pk, associations=[to_bolt]),
        "company": RecordChange("company", record_id=bolt.pk, associations=from_firm),
        "new company": RecordChange("company", {"name": "Cog"}, associations=from_firm),
        "both at once": RecordChange("contact", record_id=ann.pk, associations=[to_acme, to_bolt]),
    }
    (result,) = records_write(actor=sync, changes=[changes[way]])
    second = record_of(result) if way == "new company" else bolt
    assert (types(ann, acme), types(ann, second)) == ([PLAIN], [PRIMARY, PLAIN])
    assert (types(acme, ann), types(second, ann)) == ([280], [2, 280])
    told = Event.objects.filter(kind="association.removed").order_by("record_id")
    assert list(told.values_list("record_id", "other_record_id", "association_type_id")) == [
        (ann.pk, acme.pk, PRIMARY),
        (acme.pk, ann.pk, 2),
    ]


@pytest.mark.spec("A18", "A21")
def test_everything_that_is_linked_is_listed_page_by_page_and_asks_as_much_for_many_as_for_one(
    account: Account, actor: Actor, client: Client, ann: Record, firms: list[Record], billing: int
) -> None:
    acme, bolt = firms
    company = reverse("crm:record", args=[account.pk, "companies", acme.pk])
    association_add(actor=actor, record=ann, other=acme, type_ids=[PRIMARY, billing])
    association_add(actor=actor, record=ann, other=bolt)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{company}links/contacts/").status_code == 200
        return len(captured)

    assert "Show all" not in client.get(company).content.decode()
    few = queries()
    link = AssociationChange(279, to_record_id=acme.pk)
    people = [RecordChange("contact", {"firstname": f"Person{n}"}, associations=[link]) for n in range(60)]
    made = records_write(actor=actor, changes=people)
    record_archive(actor=actor, record_id=made[0].record_id or 0, object_type="contact")
    assert f'href="{company}links/contacts/"' in client.get(company).content.decode()
    assert queries() == few
    rows, url = [], f"{company}links/contacts/"
    while url:
        context = client.get(url).context
        rows += [(row["title"], row["note"]) for row in context["rows"]]
        url = context["next_url"] and f"{company}links/contacts/{context['next_url']}"
    assert rows == [*((f"Person{n}", "") for n in range(59, 0, -1)), ("Ann", "Primary, Billing")]
    assert client.get(f"{company}links/contacts/?after=nonsense").status_code == 302
    assert client.get(f"{company}links/notes/").status_code == 404
    assert "Nothing is linked yet." in client.get(f"{company}links/deals/").content.decode()
