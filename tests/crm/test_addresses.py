"""The addresses of a contact: one main, any number of further ones, each of one contact (A16)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, AuditEntry
from crm.exceptions import RecordError
from crm.models import Event, Record, RecordIdentity
from crm.services.addresses import address_add, address_remove
from crm.services.erasing import record_erase
from tests.crm.conftest import Write, actor_of, record_of
from tests.crm.test_merging import merge
from tests.crm.test_pages import client
from tests.state import database_fingerprint

__all__ = ["client"]
pytestmark = [pytest.mark.django_db, pytest.mark.spec("A16")]
MAIN, SECOND = "ann@example.com", "ann@home.example"


@pytest.fixture
def ann(write: Write) -> Record:
    return record_of(write(match_email=MAIN, properties={"firstname": "Ann"}))


def page_of(record: Record, page: str = "addresses") -> str:
    return reverse(f"crm:{page}", args=[record.account_id, *(["contacts"] if page == "record" else []), record.pk])


def held() -> dict[str, bool]:
    """Address → whether it is a main one."""
    return dict(RecordIdentity.objects.values_list("value", "is_primary"))


def number(address: str) -> int:
    return RecordIdentity.objects.get(value=address).pk


def test_a_person_adds_an_address_makes_it_the_main_one_and_lets_the_other_go(client: Client, ann: Record) -> None:
    assert client.post(page_of(ann), {"email": SECOND.upper()}).status_code == 302
    assert held() == {MAIN: True, SECOND: False}
    assert f"mailto:{SECOND}" in client.get(page_of(ann, "record")).content.decode()
    client.post(page_of(ann), {"main": number(SECOND)})
    assert held() == {MAIN: False, SECOND: True}
    ann.refresh_from_db()
    assert ann.properties["email"] == SECOND
    client.post(page_of(ann), {"remove": number(MAIN)})
    assert held() == {SECOND: True}
    assert [address.value for address in client.get(page_of(ann)).context["addresses"]] == [SECOND]


def test_an_address_that_was_let_go_can_be_anothers(write: Write, actor: Actor, ann: Record) -> None:
    write(record_id=ann.pk, emails=[SECOND])
    bob = write(match_email="bob@example.com")
    assert address_remove(actor=actor, record_id=ann.pk, email=SECOND)
    assert address_add(actor=actor, record_id=record_of(bob).pk, email=SECOND)
    assert write(match_email=SECOND).record_id == bob.record_id


@pytest.mark.spec("A8", "A23")
def test_each_step_is_a_version_an_event_and_an_entry_of_the_audit_log(actor: Actor, ann: Record) -> None:
    address_add(actor=actor, record_id=ann.pk, email=SECOND)
    address_remove(actor=actor, record_id=ann.pk, email=SECOND)
    assert not address_remove(actor=actor, record_id=ann.pk, email=SECOND)
    events = Event.objects.filter(record_id=ann.pk).order_by("id")
    assert list(events.values_list("kind", "version")) == [
        ("record.created", 1),
        ("record.changed", 2),
        ("record.changed", 3),
    ]
    entries = AuditEntry.objects.filter(action__startswith="record.address").order_by("id")
    assert list(entries.values_list("action", flat=True)) == ["record.address_added", "record.address_removed"]
    assert SECOND not in str(list(entries.values()))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("no address", "Enter a valid email address."),
        (MAIN, "has this address already"),
        ("bob@example.com", "Another contact has this address."),
        ("gone@example.com", "erased for good"),
    ],
)
def test_an_address_that_cannot_be_added_says_why_and_nothing_is_written(
    client: Client, actor: Actor, write: Write, ann: Record, typed: str, words: str
) -> None:
    write(match_email="bob@example.com")
    record_erase(actor=actor, record_id=record_of(write(match_email="gone@example.com")).pk)
    before = database_fingerprint()
    response = client.post(page_of(ann), {"email": typed})
    assert response.status_code == 422
    assert words in str(response.context["form"].errors["email"])
    assert f'value="{typed}"' in response.content.decode()
    assert database_fingerprint() == before


def test_the_main_address_and_anothers_are_not_removed_from_here(client: Client, write: Write, ann: Record) -> None:
    bob = write(match_email="bob@example.com", emails=["robert@example.com"])
    with pytest.raises(RecordError, match="main address"):
        address_remove(actor=actor_of(ann.account), record_id=ann.pk, email=MAIN)
    before = held()
    for posted in ({"remove": number(MAIN)}, {"remove": number("robert@example.com")}, {"main": 2**40}, {"main": ""}):
        assert client.post(page_of(ann), posted).status_code == 302
    assert held() == before
    assert record_of(bob).version == 1


def test_the_first_address_of_a_contact_is_the_main_one(account: Account, write: Write) -> None:
    sync = actor_of(account, ActorKind.SYNC)
    new = write(properties={"firstname": "New"}, emails=["new@example.com", "n@example.com"])
    assert record_of(new).properties["email"] == "new@example.com"
    old = write(properties={"firstname": "Old"})
    write(record_id=old.record_id, emails=["old@example.com"], by=sync)
    assert record_of(old).properties["email"] == "old@example.com"
    write(record_id=old.record_id, emails=["o@example.com"], properties={"email": ""})
    write(match_email="o@example.com", by=sync)
    assert record_of(old).properties["email"] == "o@example.com"
    assert held() == {"new@example.com": True, "n@example.com": False, "o@example.com": True}


def test_an_address_of_a_merged_contact_is_managed_on_the_page_of_the_winner(
    client: Client, actor: Actor, write: Write, ann: Record
) -> None:
    twin = write(match_email=SECOND)
    merge(actor, ann.pk, record_of(twin).pk)
    loser = reverse("crm:addresses", args=[ann.account_id, twin.record_id])
    assert client.get(loser)["Location"] == page_of(ann)
    assert SECOND in client.get(page_of(ann)).content.decode()
