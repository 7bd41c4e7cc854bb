"""Properties, groups and labels of an account's own; a type changed under data loses nothing by surprise (A15, A18)."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.actor import Actor
from accounts.models import Account, AuditEntry
from crm.choices import PropertyType
from crm.conversion import value_convert
from crm.exceptions import InvalidProperty
from crm.models import Association, AssociationType, Event, PropertyChange, PropertyDefinition, PropertyGroup, Record
from crm.selectors import associations_get
from crm.selectors.definitions import groups_list, labels_list, misfits_find
from crm.services.association_labels import (
    LabelRefused,
    association_label_create,
    association_label_delete,
    association_label_rename,
)
from crm.services.definition_changes import DefinitionChange, ValuesWouldBeLost, definition_update
from crm.services.definitions import definition_archive, definition_create, definition_restore
from crm.services.property_groups import GroupRefused, group_create, group_delete, group_move, group_rename
from crm.services.records import AssociationChange, RecordChange, record_archive, records_write
from crm.values import BadValue, Definition
from tests.crm.conftest import account_make, actor_of
from tests.crm.test_event_log import WAIT_SECONDS, Worker
from tests.crm.test_merging import held, new
from tests.state import database_fingerprint

pytestmark = pytest.mark.spec("A15")


def own(actor: Actor, type_: str = "string", field_type: str = "text", **fields: Any) -> PropertyDefinition:
    values = {"object_type": "contact", "group_name": "contactinformation", "name": "shoe", "label": "Shoe size"}
    return definition_create(actor=actor, type=PropertyType(type_), field_type=field_type, **{**values, **fields})


def change(definition: PropertyDefinition, **fields: Any) -> DefinitionChange:
    values = {name: getattr(definition, name) for name in ("label", "group_id", "type", "field_type", "options")}
    return DefinitionChange(**{**values, **fields})


def options(*values: str) -> list[dict[str, str]]:
    return [{"value": value, "label": value.title()} for value in values]


@pytest.fixture
def shoe(actor: Actor) -> PropertyDefinition:
    return own(actor)


@pytest.mark.django_db
def test_a_property_of_ones_own_is_made_used_archived_and_restored(actor: Actor, shoe: PropertyDefinition) -> None:
    ann = new(actor, properties={"shoe": "43"})
    definition_archive(actor=actor, object_type="contact", name="shoe")
    with pytest.raises(InvalidProperty), transaction.atomic():
        new(actor, record_id=ann, properties={"shoe": "44"})
    definition_restore(actor=actor, object_type="contact", name="shoe")
    assert Record.objects.get().properties == {"shoe": "43"}
    new(actor, record_id=ann, properties={"shoe": "44"})
    actions = AuditEntry.objects.filter(target_kind="property").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["property.created", "property.archived", "property.restored"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Shoe"},
        {"name": "1st"},
        {"name": "email"},
        {"name": "x" * 101},
        {"type_": "enumeration"},
        {"type_": "enumeration", "options": options("a", "a")},
        {"type_": "enumeration", "options": [{"value": "a", "label": " "}]},
        {"type_": "multi_enumeration", "options": options("a;b")},
        {"type_": "number", "options": options("a")},
    ],
)
def test_a_property_that_cannot_be_is_refused(actor: Actor, fields: dict[str, Any]) -> None:
    before = database_fingerprint()
    with pytest.raises(InvalidProperty), transaction.atomic():
        own(actor, **fields)
    assert database_fingerprint() == before


@pytest.mark.django_db
@pytest.mark.spec("A17")
def test_values_that_fit_are_converted_with_their_history_and_the_log_tells(
    actor: Actor, account: Account, shoe: PropertyDefinition
) -> None:
    ids = [new(actor, properties={"shoe": size}) for size in ("43", "44.5", "big", "45")]
    record_archive(actor=actor, record_id=ids[3], object_type="contact")
    wanted = change(shoe, type="number", field_type="number")
    found = misfits_find(account_id=account.pk, object_type="contact", wanted=wanted.wanted("shoe"))
    assert (found.total, found.count, found.examples) == (4, 1, ("big",))
    before = database_fingerprint()
    with pytest.raises(ValuesWouldBeLost) as refusal, transaction.atomic():
        definition_update(actor=actor, definition_id=shoe.pk, change=wanted)
    assert refusal.value.count == 1
    assert database_fingerprint() == before
    Event.objects.all().delete()
    definition_update(actor=actor, definition_id=shoe.pk, change=wanted, lost_most=1)
    records = {record.pk: record for record in Record.objects.all()}
    assert [records[id_].properties.get("shoe") for id_ in ids] == [43, 44.5, None, 45]
    assert PropertyChange.objects.filter(record=ids[2], name="shoe").order_by("-id")[0].value is None
    assert sorted(Event.objects.values_list("record_id", "kind")) == [(id_, "record.changed") for id_ in sorted(ids)]
    with pytest.raises(InvalidProperty), transaction.atomic():
        new(actor, record_id=ids[0], properties={"shoe": "huge"})


@pytest.mark.django_db
def test_an_option_in_use_is_not_taken_away_by_the_way(actor: Actor) -> None:
    size = own(actor, "enumeration", "select", options=options("small", "large"))
    ann = new(actor, properties={"shoe": "large"})
    more = change(size, options=options("large", "small", "huge"), label="Size")
    assert definition_update(actor=actor, definition_id=size.pk, change=more).label == "Size"
    fewer = change(size, options=options("small"))
    with pytest.raises(ValuesWouldBeLost), transaction.atomic():
        definition_update(actor=actor, definition_id=size.pk, change=fewer)
    definition_update(actor=actor, definition_id=size.pk, change=fewer, lost_most=1)
    assert Record.objects.get(pk=ann).properties == {}


@pytest.mark.django_db
def test_a_built_in_property_keeps_its_type_and_its_options(actor: Actor) -> None:
    stage = PropertyDefinition.objects.get(account_id=actor.account_id, object_type="contact", name="lifecyclestage")
    more = [*stage.options, {"value": "friend", "label": "Friend"}]
    definition_update(actor=actor, definition_id=stage.pk, change=change(stage, options=more, label="Stage"))
    assert new(actor, properties={"lifecyclestage": "friend"})
    before = database_fingerprint()
    for wrong in ({"options": stage.options[1:]}, {"type": "string", "options": []}, {"label": " "}, {"group_id": 0}):
        with pytest.raises(InvalidProperty), transaction.atomic():
            definition_update(actor=actor, definition_id=stage.pk, change=change(stage, **wrong), lost_most=99)
    assert database_fingerprint() == before


@pytest.mark.parametrize(
    ("type_", "kept", "result"),
    [
        ("string", 12, "12"),
        ("string", True, "true"),
        ("string", ["a", "b"], "a; b"),
        ("number", "12", 12),
        ("number", "twelve", BadValue),
        ("bool", "yes", True),
        ("bool", 5, BadValue),
        ("date", "2026-11-30T00:00:00.000Z", "2026-11-30"),
        ("date", "2026-11-30T09:00:00.000Z", BadValue),
        ("date", 86_400_000, BadValue),
        ("datetime", "2026-11-30", "2026-11-30T00:00:00.000Z"),
        ("enumeration", "a", "a"),
        ("enumeration", "c", BadValue),
        ("enumeration", ["a"], "a"),
        ("enumeration", ["a", "b"], BadValue),
        ("multi_enumeration", "a", ["a"]),
        ("multi_enumeration", "a;b", BadValue),
    ],
)
def test_a_value_is_converted_only_where_nothing_of_it_is_lost(type_: str, kept: Any, result: Any) -> None:
    wanted = Definition("x", "X", type_, options=frozenset("ab") if "enumeration" in type_ else frozenset())
    if result is BadValue:
        with pytest.raises(BadValue):
            value_convert(wanted, kept)
    else:
        assert value_convert(wanted, kept) == result


@pytest.mark.django_db(transaction=True)
def test_a_value_on_its_way_is_waited_for_and_counted() -> None:
    actor = actor_of(account_make()[0])
    shoe = own(actor)

    def changing() -> None:
        with pytest.raises(ValuesWouldBeLost):
            definition_update(actor=actor, definition_id=shoe.pk, change=change(shoe, type="number"))

    held(partial(new, actor, properties={"shoe": "big"}), changing)
    assert Record.objects.get().properties == {"shoe": "big"}


@pytest.mark.django_db(transaction=True)
def test_a_writer_that_comes_during_the_change_is_held_to_the_new_type() -> None:
    actor = actor_of(account_make()[0])
    shoe = own(actor)
    new(actor, properties={"shoe": "43"})

    def writing() -> None:
        with pytest.raises(InvalidProperty):
            new(actor, properties={"shoe": "big"})

    number = change(shoe, type="number", field_type="number")
    held(partial(definition_update, actor=actor, definition_id=shoe.pk, change=number), writing)
    assert [record.properties for record in Record.objects.all()] == [{"shoe": 43}]


@pytest.mark.django_db(transaction=True)
def test_a_type_changed_back_and_forth_under_writers_leaves_no_value_of_the_wrong_kind() -> None:
    actor = actor_of(account_make()[0])
    shoe = own(actor)
    ids = [new(actor, properties={"shoe": "1"}) for _n in range(4)]
    over, barrier = threading.Event(), threading.Barrier(4)

    def writing(number: int) -> None:
        connection.ensure_connection()
        barrier.wait(WAIT_SECONDS)
        n = 0
        while not over.is_set():
            n += 1
            records_write(
                actor=actor,
                changes=[RecordChange("contact", {"shoe": str(n)}, record_id=id_) for id_ in ids[number:]],
            )

    def changing() -> None:
        connection.ensure_connection()
        barrier.wait(WAIT_SECONDS)
        try:
            for type_, kind in (("number", int), ("string", str)) * 6:
                with transaction.atomic():
                    wanted = change(shoe, type=type_, field_type="text")
                    definition_update(actor=actor, definition_id=shoe.pk, change=wanted)
                    found = {type(record.properties["shoe"]) for record in Record.objects.all()}
                    assert found == {kind}
        finally:
            over.set()

    workers = [Worker(changing), *(Worker(partial(writing, n)) for n in range(3))]
    for worker in workers:
        worker.done()
    assert {type(record.properties["shoe"]) for record in Record.objects.all()} == {str}


@pytest.mark.django_db
def test_groups_are_made_renamed_ordered_and_deleted_when_empty(actor: Actor, account: Account) -> None:
    group = group_create(actor=actor, object_type="contact", label="Shoes")
    assert group_create(actor=actor, object_type="contact", label="Shoes!").name != group.name
    group_move(actor=actor, group_id=group.pk, up=True)
    labels = [g.label for g in groups_list(account_id=account.pk, object_type="contact")]
    assert labels.index("Shoes") == len(labels) - 3
    group_rename(actor=actor, group_id=group.pk, label="Boots")
    own(actor, group_name=group.name)
    before = database_fingerprint()
    wrong: list[Any] = [
        partial(group_delete, group_id=group.pk),
        partial(group_create, object_type="contact", label="BOOTS"),
        partial(group_create, object_type="contact", label="  "),
        partial(group_rename, group_id=2**40, label="X"),
    ]
    for call in wrong:
        with pytest.raises(GroupRefused), transaction.atomic():
            call(actor=actor)
    assert database_fingerprint() == before
    PropertyDefinition.objects.filter(name="shoe").delete()
    group_delete(actor=actor, group_id=group.pk)
    assert not PropertyGroup.objects.filter(pk=group.pk).exists()


@pytest.mark.django_db
@pytest.mark.spec("A18")
def test_a_label_of_ones_own_is_seen_from_both_sides_and_brings_the_plain_link(actor: Actor, account: Account) -> None:
    label = association_label_create(
        actor=actor, from_type="contact", to_type="company", label="Employer", inverse_label="Employee"
    )
    assert (label.type_id, label.inverse_type_id) == (10_000, 10_001)
    twin = association_label_create(actor=actor, from_type="contact", to_type="contact", label="Friend")
    assert twin.type_id == twin.inverse_type_id == 10_002
    acme = new(actor, "company")
    ann = new(actor, associations=[AssociationChange(10_000, to_record_id=acme)])
    assert set(Association.objects.filter(from_record=acme).values_list("type_id", flat=True)) == {280, 10_001}
    for record_id, words in ((ann, "Employer"), (acme, "Employee")):
        (group,) = associations_get(account_id=account.pk, record=Record.objects.get(pk=record_id))
        assert group.items[0].labels == [words]


@pytest.mark.django_db
@pytest.mark.spec("A18")
def test_labels_are_renamed_and_deleted_the_links_stay_and_numbers_never_come_again(
    actor: Actor, account: Account
) -> None:
    label = association_label_create(actor=actor, from_type="contact", to_type="company", label="A", inverse_label="B")
    acme, archived = new(actor, "company"), new(actor, "company")
    ann = new(actor, associations=[AssociationChange(10_000, to_record_id=id_) for id_ in (acme, archived)])
    record_archive(actor=actor, record_id=archived, object_type="company")
    association_label_rename(actor=actor, label_id=label.pk, label="C", inverse_label="D")
    (shown,) = labels_list(account_id=account.pk)
    assert (shown.label, shown.other.label, shown.used) == ("C", "D", 2)  # type: ignore[attr-defined]
    Event.objects.all().delete()
    assert association_label_delete(actor=actor, label_id=label.pk) == 1
    assert set(Association.objects.filter(from_record=ann).values_list("type_id", flat=True)) == {279}
    assert sorted(Event.objects.values_list("kind", "association_type_id")) == [
        ("association.removed", 10_000),
        ("association.removed", 10_001),
    ]
    assert not AssociationType.objects.filter(type_id__gte=10_000).exists()
    fresh = association_label_create(actor=actor, from_type="contact", to_type="company", label="A")
    assert fresh.type_id == 10_002


@pytest.mark.django_db
@pytest.mark.spec("A18")
def test_a_label_that_cannot_be_is_refused(actor: Actor, other_account: Account) -> None:
    association_label_create(actor=actor, from_type="contact", to_type="company", label="Taken", inverse_label="There")
    theirs = association_label_create(
        actor=actor_of(other_account), from_type="contact", to_type="company", label="Theirs"
    )
    before = database_fingerprint()
    pair: dict[str, Any] = {"from_type": "contact", "to_type": "company"}
    wrong: list[Any] = [
        partial(association_label_create, **pair, label="taken"),
        partial(association_label_create, **pair, label="Fine", inverse_label="there"),
        partial(association_label_create, **pair, label=""),
        partial(association_label_create, **pair, label="x" * 101),
        partial(association_label_create, from_type="contact", to_type="note", label="X"),
        partial(association_label_rename, label_id=theirs.pk, label="Mine"),
        partial(association_label_delete, label_id=theirs.pk),
    ]
    for call in wrong:
        with pytest.raises(LabelRefused), transaction.atomic():
            call(actor=actor)
    assert database_fingerprint() == before
