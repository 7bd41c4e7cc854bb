"""The index of contacts, a new contact, the record page, and editing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, User
from crm.models import Event, Record, TimelineEntry
from crm.registries import TIMELINE_KINDS, TimelineKind
from crm.services.records import AssociationChange, RecordChange, TimelineChange, record_archive, records_write
from tests.crm.conftest import Write, actor_of, record_of
from tests.crm.test_records_write import NINE, booking
from tests.state import database_fingerprint

INDEX_QUERIES = 8
RECORD_QUERIES = 18


@pytest.fixture
def client(account: Account) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(memberships__account=account))
    browser.get(reverse("crm:contacts", args=[account.pk]))
    return browser


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def people(actor: Actor, count: int) -> list[int | None]:
    changes = [
        RecordChange("contact", {"firstname": f"Person{n:03}"}, match_email=f"p{n:03}@example.com")
        for n in range(count)
    ]
    return [result.record_id for result in records_write(actor=actor, changes=changes)]


@pytest.mark.spec("A20")
def test_the_index_is_paged_and_asks_as_much_for_many_as_for_one(
    account: Account, actor: Actor, client: Client
) -> None:
    url = reverse("crm:contacts", args=[account.pk])
    people(actor, 1)
    few = queries(client, url)
    people(actor, 120)
    assert queries(client, url) == few
    assert few <= INDEX_QUERIES
    seen: list[str] = []
    next_url = url
    while next_url:
        response = client.get(next_url)
        seen += [record.display_name for record in response.context["page"].items]
        next_url = response.context["next_url"]
    assert seen == [f"Person{n:03}" for n in reversed(range(120))]


@pytest.mark.spec("A20")
@pytest.mark.parametrize("q", ["lucj", "ŁUCJA z", "lucja@exa", "alias@example.com", "601"])
def test_search_finds_beginnings_of_words_without_accents_and_whole_secondary_addresses(
    account: Account, write: Write, client: Client, q: str
) -> None:
    write(
        match_email="lucja@example.com",
        properties={"firstname": "Łucja", "lastname": "Żak", "phone": "601 100 200"},
        emails=["alias@example.com"],
    )
    write(match_email="bob@example.org", properties={"firstname": "Bob"})
    response = client.get(reverse("crm:contacts", args=[account.pk]), {"q": q})
    assert [record.display_name for record in response.context["page"].items] == ["Łucja Żak"]


def test_an_index_without_contacts_and_a_search_without_hits_say_what_to_do(account: Account, client: Client) -> None:
    url = reverse("crm:contacts", args=[account.pk])
    assert "No contacts yet" in client.get(url).content.decode()
    assert "Nobody found for" in client.get(url, {"q": "<x>' & | ! :*"}).content.decode()
    assert client.get(url, {"after": "nonsense"}).status_code == 302


def test_sorting_by_name_ignores_accents_and_case(account: Account, actor: Actor, client: Client) -> None:
    names = ["zoe", "Ąda", "Bob"]
    records_write(actor=actor, changes=[RecordChange("contact", {"firstname": name}) for name in names])
    response = client.get(reverse("crm:contacts", args=[account.pk]), {"sort": "name"})
    assert [record.display_name for record in response.context["page"].items] == ["Ąda", "Bob", "zoe"]


def test_a_contact_is_added_by_hand(account: Account, client: Client) -> None:
    url = reverse("crm:record_create", args=[account.pk, "contacts"])
    response = client.post(url, {"email": "Ann@Example.com", "firstname": "Ann", "lifecyclestage": "lead"})
    record = Record.objects.get()
    assert response["Location"] == reverse("crm:record", args=[account.pk, "contacts", record.pk])
    assert record.properties == {"email": "ann@example.com", "firstname": "Ann", "lifecyclestage": "lead"}


@pytest.mark.parametrize(
    ("posted", "field"),
    [({"email": "no address"}, "email"), ({"phone": "1"}, "email"), ({"email": "x@example.com"}, "email")],
)
def test_a_contact_that_cannot_be_is_refused_by_the_field_and_nothing_is_written(
    account: Account, client: Client, write: Write, posted: dict[str, str], field: str
) -> None:
    write(match_email="x@example.com")
    before = database_fingerprint()
    response = client.post(reverse("crm:record_create", args=[account.pk, "contacts"]), posted)
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert database_fingerprint() == before


@pytest.mark.spec("A19")
def test_the_record_page_shows_properties_timeline_and_links(account: Account, actor: Actor, client: Client) -> None:
    contact, meeting = records_write(actor=actor, changes=booking())
    page = client.get(reverse("crm:record", args=[account.pk, "contacts", contact.record_id])).content.decode()
    for words in ("Gil Guest", "guest@example.com", "Intro", "First name", "Record created", "Ann Admin"):
        assert words in page, words
    assert reverse("crm:record", args=[account.pk, "meetings", meeting.record_id]) in page
    other = client.get(reverse("crm:record", args=[account.pk, "meetings", meeting.record_id])).content.decode()
    assert "Gil Guest" in other
    assert "Scheduled" in other


@pytest.mark.spec("A19")
def test_the_timeline_is_filtered_by_kind_and_paged_without_gaps(
    account: Account, write: Write, client: Client
) -> None:
    ann = write(properties={"firstname": "0"})
    for n in range(1, 31):
        moment = NINE - dt.timedelta(days=n % 7)
        write(
            record_id=ann.record_id, properties={"firstname": str(n)}, timeline=[TimelineChange("note", f"{n}", moment)]
        )
    url = reverse("crm:record", args=[account.pk, "contacts", ann.record_id])
    for kind, count in (("", 61), ("note", 30), ("property_change", 31)):
        seen: list[tuple[dt.datetime, str, int]] = []
        address = f"{url}?kind={kind}"
        while address:
            context = client.get(address).context
            seen += [(row["item"].occurred_at, row["kind"].key, row["item"].id) for row in context["items"]]
            address = url + context["older_url"] if context["older_url"] else ""
        assert len(set(seen)) == len(seen) == count
        assert [at for at, _kind, _id in seen] == sorted((at for at, _kind, _id in seen), reverse=True)


@pytest.fixture
def wave() -> Iterator[TimelineKind]:
    """A kind of entry that a feature brings."""
    kind = TimelineKind("wave", "Waves", "globe", "crm/timeline/_plain.html", "Somebody waved")
    yield TIMELINE_KINDS.register("wave", kind)
    del TIMELINE_KINDS._items["wave"]


@pytest.mark.spec("A19")
def test_a_kind_that_a_feature_registers_is_shown_filtered_and_paged(
    account: Account, write: Write, client: Client, wave: TimelineKind
) -> None:
    ann = write(properties={"firstname": "Ann"})
    waves = [TimelineChange("wave", f"{n}", NINE - dt.timedelta(hours=n), {"n": n}) for n in range(60)]
    write(record_id=ann.record_id, timeline=[*waves, TimelineChange("note", "n", NINE, {"text": "Other"})])
    url = reverse("crm:record", args=[account.pk, "contacts", ann.record_id])
    everything = client.get(url)
    assert "Somebody waved" in everything.content.decode()
    assert "Waves" in [tab["label"] for tab in everything.context["tabs"]]
    seen: list[int] = []
    address = f"{url}?kind=wave"
    while address:
        context = client.get(address).context
        assert [tab["label"] for tab in context["tabs"] if tab["active"]] == ["Waves"]
        assert {row["kind"] for row in context["items"]} == {wave}
        seen += [row["entry"].data["n"] for row in context["items"]]
        address = url + context["older_url"] if context["older_url"] else ""
    assert seen == list(range(60))


def test_the_record_page_asks_as_much_for_a_long_history_as_for_a_short_one(
    account: Account, actor: Actor, client: Client, write: Write
) -> None:
    contact, _meeting = records_write(actor=actor, changes=booking())
    url = reverse("crm:record", args=[account.pk, "contacts", contact.record_id])
    few = queries(client, url)
    for n in range(20):
        write(record_id=contact.record_id, properties={"phone": str(n)})
        write(
            "meeting",
            properties={"hs_meeting_title": f"M{n}"},
            associations=[AssociationChange(200, to_record_id=contact.record_id)],
            timeline=[TimelineChange("note", "k", NINE, about_record_id=contact.record_id)],
        )
    assert queries(client, url) == few
    assert few <= RECORD_QUERIES


def test_what_somebody_typed_is_shown_and_never_runs(account: Account, write: Write, client: Client) -> None:
    evil = "<script>alert(1)</script>"
    meeting = write(
        "meeting",
        properties={"hs_meeting_title": evil, "hs_meeting_body": f"<b>bold</b>{evil}"},
        timeline=[TimelineChange("note", "k", NINE, {"text": evil})],
    )
    page = client.get(reverse("crm:record", args=[account.pk, "meetings", meeting.record_id])).content.decode()
    assert evil not in page
    assert escape(evil) in page
    assert "<b>bold</b>" in page


def test_only_what_a_person_changed_is_written(account: Account, write: Write, client: Client) -> None:
    ann = write(match_email="ann@example.com", properties={"firstname": "Ann", "phone": "1"})
    url = reverse("crm:record_edit", args=[account.pk, "contacts", ann.record_id])
    assert client.get(url).status_code == 200
    shown = {"email": "ann@example.com", "firstname": "Ann", "phone": "1"}
    write(record_id=ann.record_id, properties={"phone": "2"})
    posted = {**{f"initial-{k}": v for k, v in shown.items()}, **shown, "firstname": "Anna", "lastname": ""}
    assert client.post(url, posted).status_code == 302
    assert Record.objects.get().properties == {"email": "ann@example.com", "firstname": "Anna", "phone": "2"}


def test_an_address_that_another_contact_has_leads_to_that_contact(
    account: Account, write: Write, client: Client
) -> None:
    ann, bob = write(match_email="ann@example.com"), write(match_email="bob@example.com")
    before = database_fingerprint()
    url = reverse("crm:record_edit", args=[account.pk, "contacts", bob.record_id])
    response = client.post(url, {"initial-email": "bob@example.com", "email": "ann@example.com"})
    assert response.status_code == 422
    assert reverse("crm:record", args=[account.pk, "contacts", ann.record_id]) in response.content.decode()
    assert database_fingerprint() == before


def test_every_kind_of_property_can_be_edited(account: Account, write: Write, client: Client) -> None:
    owner = User.objects.get(memberships__account=account)
    meeting = write("meeting", properties={"hs_meeting_title": "Intro"})
    url = reverse("crm:record_edit", args=[account.pk, "meetings", meeting.record_id])
    posted = {
        "initial-hs_meeting_title": "Intro",
        "hs_meeting_title": "Intro",
        "hs_meeting_start_time": "2026-11-30T09:00",
        "hs_meeting_outcome": "COMPLETED",
        "hubspot_owner_id": str(owner.pk),
        "hs_meeting_body": "a\nb",
    }
    assert client.post(url, posted).status_code == 302
    assert Record.objects.get().properties == {
        "hs_meeting_title": "Intro",
        "hs_meeting_start_time": "2026-11-30T09:00:00.000Z",
        "hs_meeting_outcome": "COMPLETED",
        "hubspot_owner_id": str(owner.pk),
        "hs_meeting_body": "<p>a<br>b</p>",
    }


@pytest.mark.spec("A1")
def test_a_record_of_another_account_is_not_there_and_nothing_changes(
    account: Account, other_account: Account, client: Client
) -> None:
    theirs = records_write(actor=actor_of(other_account), changes=[RecordChange("contact", {"firstname": "Eve"})])[0]
    before = database_fingerprint()
    for account_id in (account.pk, other_account.pk):
        for name in ("crm:record", "crm:record_edit"):
            url = reverse(name, args=[account_id, "contacts", theirs.record_id])
            assert client.get(url).status_code == 404
            assert client.post(f"{url}", {"firstname": "Mallory"}).status_code in {404, 405}
    assert database_fingerprint() == before


@pytest.mark.spec("A16")
def test_a_merged_id_leads_to_the_record_that_is_left_and_an_archived_one_is_gone(
    account: Account, actor: Actor, write: Write, client: Client
) -> None:
    ann, bob = write(properties={"firstname": "Ann"}), write()
    assert ann.record_id is not None
    Record.objects.filter(pk=record_of(bob).pk).update(merged_into=ann.record_id)
    response = client.get(reverse("crm:record", args=[account.pk, "contacts", bob.record_id]))
    assert response["Location"] == reverse("crm:record", args=[account.pk, "contacts", ann.record_id])
    record_archive(actor=actor, record_id=ann.record_id, object_type="contact")
    assert client.get(response["Location"]).status_code == 404


@pytest.mark.spec("A9")
def test_built_in_labels_come_through_translation(account: Account, write: Write, client: Client) -> None:
    ann = write(properties={"lifecyclestage": "lead"}, by=actor_of(account, ActorKind.SYNC, "3", ""))
    page = client.get(reverse("crm:record", args=[account.pk, "contacts", ann.record_id])).content.decode()
    assert "Lifecycle stage" in page
    assert re.search(r"<dd>\s*Lead\s*</dd>", page)
    assert "Sync" in page


def test_nothing_in_the_log_or_timeline_comes_from_looking(account: Account, write: Write, client: Client) -> None:
    ann = write()
    client.get(reverse("crm:record", args=[account.pk, "contacts", ann.record_id]))
    assert (Event.objects.count(), TimelineEntry.objects.count()) == (1, 0)


@pytest.mark.spec("A19")
def test_the_timeline_offers_only_the_kinds_that_such_a_record_has(
    account: Account, client: Client, write: Write
) -> None:
    def tabs(object_type: str, plural: str, **properties: str) -> list[str]:
        done = write(object_type, properties=properties)
        context = client.get(reverse("crm:record", args=[account.pk, plural, done.record_id])).context
        return [str(tab["label"]) for tab in context["tabs"]]

    assert "Consents" in tabs("contact", "contacts", firstname="Ann")
    deal = tabs("deal", "deals", dealname="Machines")
    assert "Notes" in deal
    assert "Consents" not in deal
    assert tabs("product", "products", name="Machine") == ["All", "Property changes"]
