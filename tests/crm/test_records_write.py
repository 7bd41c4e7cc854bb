"""The write path: what it finds, makes, changes, and leaves alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, User
from crm.exceptions import IdentityTaken, InvalidProperty, RecordError, RecordNotFound, UnknownAssociationType
from crm.models import Association, Event, PropertyChange, Record, RecordIdentity, TimelineEntry
from crm.services.records import (
    AssociationChange,
    RecordChange,
    TimelineChange,
    record_archive,
    record_restore,
    records_write,
)
from tests.crm.conftest import Write, actor_of, record_of

NINE = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)


def booking(email: str = "guest@example.com", key: str = "booking:1") -> list[RecordChange]:
    """What a visitor's booking writes."""
    return [
        RecordChange("contact", {"firstname": "Gil", "lastname": "Guest"}, match_email=email),
        RecordChange(
            "meeting",
            {
                "hs_meeting_title": "Intro",
                "hs_meeting_start_time": NINE,
                "hs_meeting_end_time": NINE + dt.timedelta(minutes=30),
                "hs_timestamp": NINE,
                "hs_meeting_outcome": "SCHEDULED",
            },
            associations=[AssociationChange(200, to_index=0)],
            timeline=[TimelineChange("note", key, NINE, {"title": "Intro"}, on_index=0, about_index=1)],
        ),
    ]


@pytest.mark.spec("A15", "A16")
def test_a_contact_is_made_with_its_address_name_and_search_words(write: Write) -> None:
    result = write(properties={"email": " Ann@Example.com ", "firstname": "Łucja", "lastname": "Żak"})
    record = record_of(result)
    assert (result.created, result.changed, result.version) == (True, True, 1)
    assert record.properties == {"email": "ann@example.com", "firstname": "Łucja", "lastname": "Żak"}
    assert (record.display_name, record.sort_name) == ("Łucja Żak", "lucja zak")
    identity = RecordIdentity.objects.get(record=record)
    assert (identity.kind, identity.value, identity.is_primary) == ("email", "ann@example.com", True)


@pytest.mark.spec("A15")
def test_every_object_type_can_be_written(write: Write) -> None:
    from crm.objects import OBJECTS, OWNER

    for object_type in OBJECTS:
        assert write(object_type).created
    assert OWNER not in Record.objects.filter(object_type="contact").values_list("properties", flat=True)[0]


@pytest.mark.spec("A16")
def test_matching_ignores_case_and_knows_secondary_addresses(write: Write) -> None:
    first = write(match_email="Ann@Example.com", emails=["Ann.Alias@example.com"])
    again = write(match_email="ANN.ALIAS@EXAMPLE.COM", properties={"firstname": "Ann"})
    assert (again.record_id, again.created, again.version) == (first.record_id, False, 2)
    assert record_of(first).properties["email"] == "ann@example.com"


@pytest.mark.spec("A16")
def test_an_address_of_another_contact_is_refused_and_nothing_is_written(write: Write) -> None:
    ann = write(match_email="ann@example.com")
    bob = write(match_email="bob@example.com")
    for fields in (
        {"record_id": bob.record_id, "properties": {"email": "ann@example.com"}},
        {"record_id": bob.record_id, "emails": ["ann@example.com"]},
        {"properties": {"email": "ann@example.com"}},
    ):
        with pytest.raises(IdentityTaken) as caught:
            write(**fields)
        assert caught.value.record_id == ann.record_id
    assert Record.objects.count() == 2
    assert Event.objects.count() == 2


@pytest.mark.spec("A16")
def test_a_new_main_address_keeps_the_old_one_for_matching_and_clearing_lets_it_go(write: Write) -> None:
    ann = write(match_email="ann@example.com")
    write(record_id=ann.record_id, properties={"email": "ann@new.example"})
    assert write(match_email="ann@example.com").record_id == ann.record_id
    assert set(RecordIdentity.objects.values_list("value", "is_primary")) == {
        ("ann@example.com", False),
        ("ann@new.example", True),
    }
    write(record_id=ann.record_id, properties={"email": ""})
    assert list(RecordIdentity.objects.values_list("value", flat=True)) == ["ann@example.com"]


def test_a_secondary_address_set_as_main_swaps_the_two(write: Write) -> None:
    ann = write(match_email="a@example.com", emails=["b@example.com"])
    write(record_id=ann.record_id, properties={"email": "b@example.com"})
    assert set(RecordIdentity.objects.values_list("value", "is_primary")) == {
        ("a@example.com", False),
        ("b@example.com", True),
    }
    assert Record.objects.get().properties["email"] == "b@example.com"


def test_two_changes_of_one_call_to_one_address_are_one_contact(actor: Actor) -> None:
    results = records_write(
        actor=actor,
        changes=[
            RecordChange("contact", {"firstname": "Ann"}, match_email="ann@example.com"),
            RecordChange("contact", {"lastname": "Lee"}, match_email="ANN@example.com"),
        ],
    )
    assert results[0].record_id == results[1].record_id
    assert Record.objects.get().properties == {"firstname": "Ann", "lastname": "Lee", "email": "ann@example.com"}
    assert Event.objects.count() == 1


def test_matching_without_create_makes_nothing(write: Write) -> None:
    result = write(match_email="nobody@example.com", create=False)
    assert (result.record_id, result.refusal) == (None, "")
    assert not Record.objects.exists()


@pytest.mark.spec("A17")
def test_every_changed_value_has_history_with_its_source(account: Account, write: Write) -> None:
    ann = write(match_email="ann@example.com", properties={"firstname": "Ann"})
    sync = actor_of(account, ActorKind.SYNC, "31", "Tryton")
    write(record_id=ann.record_id, properties={"firstname": "Anna", "email": "ann@example.com"}, by=sync)
    write(record_id=ann.record_id, properties={"firstname": None})
    rows = PropertyChange.objects.filter(name="firstname").order_by("id")
    assert [(r.value, r.version, r.source_kind, r.source_id, r.source_label) for r in rows] == [
        ("Ann", 1, "user", "7", "Ann Admin"),
        ("Anna", 2, "sync", "31", "Tryton"),
        (None, 3, "user", "7", "Ann Admin"),
    ]
    assert PropertyChange.objects.filter(name="email").count() == 1


@pytest.mark.spec("A17", "A23")
def test_a_change_that_changes_nothing_writes_nothing(write: Write) -> None:
    ann = write(match_email="ann@example.com", properties={"firstname": "Ann", "phone": "1"})
    counts = (PropertyChange.objects.count(), Event.objects.count(), Record.objects.get().updated_at)
    again = write(match_email="ann@example.com", properties={"firstname": " Ann ", "phone": "1"})
    assert (again.record_id, again.changed, again.version) == (ann.record_id, False, 1)
    assert (PropertyChange.objects.count(), Event.objects.count(), Record.objects.get().updated_at) == counts


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"nonsense": "x"}, "nonsense"),
        ({"email": "not an address"}, "email"),
        ({"engagements_last_meeting_booked": "tomorrow"}, "engagements_last_meeting_booked"),
        ({"engagements_last_meeting_booked": dt.datetime(2026, 1, 1)}, "engagements_last_meeting_booked"),  # noqa: DTZ001
        ({"lifecyclestage": "hot"}, "lifecyclestage"),
        ({"createdate": "2026-01-01T00:00:00Z"}, "createdate"),
        ({"hubspot_owner_id": "999999"}, "hubspot_owner_id"),
        ({"firstname": "x" * 70_000}, "firstname"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name_and_nothing_is_written(
    write: Write, properties: dict[str, Any], name: str
) -> None:
    with pytest.raises(InvalidProperty) as caught:
        write(properties=properties)
    assert caught.value.name == name
    assert caught.value.reason
    assert not Record.objects.exists()


def test_the_owner_is_a_user_of_the_account(account: Account, write: Write) -> None:
    owner = User.objects.get(memberships__account=account)
    ann = write(properties={"firstname": "Ann", "hubspot_owner_id": owner.pk})
    assert record_of(ann).owner_id == owner.pk
    write(record_id=ann.record_id, properties={"hubspot_owner_id": ""})
    assert record_of(ann).owner_id is None


def test_a_record_of_another_account_is_not_found_and_not_changed(write: Write, other_account: Account) -> None:
    ann = write(match_email="ann@example.com")
    stranger = actor_of(other_account)
    for fields in (
        {"record_id": ann.record_id, "properties": {"firstname": "Eve"}},
        {"object_type": "meeting", "associations": [AssociationChange(200, to_record_id=ann.record_id)]},
        {"timeline": [TimelineChange("note", "k", NINE, about_record_id=ann.record_id)]},
    ):
        with pytest.raises(RecordNotFound):
            write(by=stranger, **fields)
    assert Record.objects.get().version == 1
    assert not Association.objects.exists()


def test_a_record_of_another_type_is_not_found(write: Write) -> None:
    with pytest.raises(RecordNotFound):
        write("company", record_id=write().record_id)


def test_an_id_that_was_merged_away_leads_to_the_record_that_is_left(account: Account, write: Write) -> None:
    ann, bob = write(match_email="ann@example.com"), write(match_email="bob@example.com")
    Record.objects.filter(pk=record_of(bob).pk).update(merged_into=ann.record_id)
    result = write(record_id=bob.record_id, properties={"firstname": "Ann"})
    assert result.record_id == ann.record_id
    assert record_of(ann).properties["firstname"] == "Ann"


@pytest.mark.spec("A18")
def test_associations_are_written_both_ways_round_and_once(actor: Actor, write: Write) -> None:
    contact, meeting = records_write(actor=actor, changes=booking())
    pairs = {(a.from_record_id, a.to_record_id, a.type_id, a.to_type) for a in Association.objects.all()}
    assert pairs == {
        (meeting.record_id, contact.record_id, 200, "contact"),
        (contact.record_id, meeting.record_id, 199, "meeting"),
    }
    write(record_id=contact.record_id, associations=[AssociationChange(199, to_record_id=meeting.record_id)])
    assert Association.objects.count() == 2
    assert Event.objects.filter(kind="association.created").count() == 2
    write(
        record_id=contact.record_id, associations=[AssociationChange(199, to_record_id=meeting.record_id, remove=True)]
    )
    assert not Association.objects.exists()
    assert Event.objects.filter(kind="association.removed").count() == 2


@pytest.mark.spec("A18")
def test_a_primary_company_is_also_linked_without_a_label(write: Write) -> None:
    company = write("company", properties={"name": "Acme"})
    write(associations=[AssociationChange(1, to_record_id=company.record_id)])
    assert set(Association.objects.values_list("type_id", flat=True)) == {1, 2, 279, 280}


def test_a_link_of_a_type_that_does_not_join_these_records_is_refused(write: Write) -> None:
    company = write("company")
    with pytest.raises(UnknownAssociationType):
        write(associations=[AssociationChange(200, to_record_id=company.record_id)])
    with pytest.raises(RecordError):
        write(
            record_id=company.record_id,
            object_type="company",
            associations=[AssociationChange(450, to_record_id=company.record_id)],
        )


@pytest.mark.spec("A19")
def test_a_timeline_entry_comes_once_and_a_new_telling_amends_it(actor: Actor) -> None:
    contact, meeting = records_write(actor=actor, changes=booking())
    records_write(
        actor=actor,
        changes=[
            RecordChange(
                "contact",
                record_id=contact.record_id,
                timeline=[TimelineChange("note", "booking:1", NINE, {"title": "Moved"})] * 2,
            )
        ],
    )
    entry = TimelineEntry.objects.get()
    assert (entry.record_id, entry.data, entry.kind) == (contact.record_id, {"title": "Moved"}, "note")


def test_text_that_jsonb_cannot_hold_is_made_safe(write: Write) -> None:
    bad = "a\x00b\ud800c"
    write(properties={"firstname": bad}, timeline=[TimelineChange("note", "k", NINE, {"t": [bad]})])
    assert Record.objects.get().properties["firstname"] == "abc"
    assert TimelineEntry.objects.get().data == {"t": ["abc"]}


@pytest.mark.spec("C21")
def test_a_booking_takes_nine_statements_at_most(actor: Actor) -> None:
    records_write(actor=actor, changes=booking("warm@example.com", "booking:0"))
    for email in ("new@example.com", "warm@example.com"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            records_write(actor=actor, changes=booking(email, f"booking:{email}"))
        assert len(queries) <= 9, [q["sql"][:80] for q in queries]


def test_a_batch_of_500_takes_no_more_statements_than_one(actor: Actor) -> None:
    changes = [
        RecordChange("contact", {"firstname": f"N{n}", "phone": str(n)}, match_email=f"n{n}@example.com")
        for n in range(500)
    ]
    records_write(actor=actor, changes=[RecordChange("contact")])
    with CaptureQueriesContext(connection) as queries:
        assert all(result.created for result in records_write(actor=actor, changes=changes))
    assert len(queries) <= 8
    with CaptureQueriesContext(connection) as queries:
        assert not any(result.changed for result in records_write(actor=actor, changes=changes))
    assert len(queries) <= 3


@pytest.mark.spec("A22")
def test_archiving_and_restoring_keep_everything_and_are_in_the_log(actor: Actor, write: Write) -> None:
    ann = write(match_email="ann@example.com")
    assert ann.record_id is not None
    record_archive(actor=actor, record_id=ann.record_id, object_type="contact")
    assert Record.objects.get().archived_at is not None
    with pytest.raises(RecordNotFound):
        write(record_id=ann.record_id, properties={"firstname": "Ann"})
    assert not record_archive(actor=actor, record_id=ann.record_id, object_type="contact").changed
    record_restore(actor=actor, record_id=ann.record_id, object_type="contact")
    assert Record.objects.get().archived_at is None
    kinds = list(Event.objects.order_by("id").values_list("kind", "version"))
    assert kinds == [("record.created", 1), ("record.archived", 2), ("record.restored", 3)]


@pytest.mark.spec("A23")
def test_the_log_holds_ids_and_no_personal_data(actor: Actor, account: Account) -> None:
    records_write(actor=actor, changes=booking())
    allowed = {"record.created", "association.created", "contact", "meeting", "user", "7"}
    for event in Event.objects.all():
        texts = {v for v in vars(event).values() if isinstance(v, str)}
        assert texts <= allowed
    created = Event.objects.get(kind="record.created", object_type="contact")
    values = PropertyChange.objects.filter(pk__in=created.change_ids).values_list("name", flat=True)
    assert set(values) == {"firstname", "lastname", "email"}
