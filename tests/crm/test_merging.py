"""Two records become one: nothing is lost, old ids lead on, and a race with an edit loses no value (A16)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.actor import Actor
from accounts.models import Account, AuditEntry
from crm.choices import ConsentState
from crm.exceptions import MergeRefused, RecordNotFound, RecordStale
from crm.models import Association, Consent, Event, PropertyChange, Record, RecordIdentity, TimelineEntry
from crm.selectors import history_page, record_get, timeline_page
from crm.services.merging import records_merge
from crm.services.records import AssociationChange, RecordChange, TimelineChange, record_archive, records_write
from tests.crm.conftest import account_make, actor_of
from tests.crm.test_event_log import WAIT_SECONDS, Worker
from tests.state import database_fingerprint

pytestmark = pytest.mark.spec("A16")
NINE = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
PRIMARY, PLAIN = 1, 279


def new(actor: Actor, object_type: str = "contact", **fields: Any) -> int:
    (result,) = records_write(actor=actor, changes=[RecordChange(object_type, **fields)])
    assert result.record_id is not None
    return result.record_id


def merge(actor: Actor, winner: int, loser: int, **choices: str) -> Record:
    versions = dict(Record.objects.filter(pk__in=[winner, loser]).values_list("pk", "version"))
    with transaction.atomic():
        return records_merge(actor=actor, winner_id=winner, loser_id=loser, choices=choices, versions=versions)


def links(record_id: int) -> set[tuple[int, int]]:
    return set(Association.objects.filter(from_record=record_id).values_list("to_record_id", "type_id"))


def links_told() -> set[tuple[int, int | None, int | None]]:
    """The links as a reader of the log knows them."""
    told: set[tuple[int, int | None, int | None]] = set()
    for event in Event.objects.filter(kind__startswith="association").order_by("id"):
        link = (event.record_id, event.other_record_id, event.association_type_id)
        (told.add if event.kind == "association.created" else told.remove)(link)
    return told


@pytest.mark.django_db
def test_chosen_values_are_taken_gaps_are_filled_and_addresses_stay(actor: Actor) -> None:
    ann = new(
        actor, match_email="ann@example.com", emails=["a@example.com"], properties={"firstname": "Ann", "phone": "1"}
    )
    bob = new(actor, match_email="bob@example.com", properties={"firstname": "Bob", "phone": "2", "city": "Gdańsk"})
    record = merge(actor, ann, bob, phone="loser", firstname="winner")
    assert record.properties == {"email": "ann@example.com", "firstname": "Ann", "phone": "2", "city": "Gdańsk"}
    identities = RecordIdentity.objects.filter(record=ann)
    assert set(identities.values_list("value", "is_primary")) == {
        ("ann@example.com", True),
        ("a@example.com", False),
        ("bob@example.com", False),
    }
    assert new(actor, match_email="BOB@example.com") == ann


@pytest.mark.django_db
def test_the_losers_main_address_can_be_chosen_and_is_not_given_up_for_none(actor: Actor) -> None:
    ann, bob = new(actor, match_email="ann@example.com"), new(actor, match_email="bob@example.com")
    assert merge(actor, ann, bob, email="loser").properties["email"] == "bob@example.com"
    assert RecordIdentity.objects.get(record=ann, is_primary=True).value == "bob@example.com"
    nameless, other = new(actor), new(actor)
    assert merge(actor, ann, nameless, email="loser").properties["email"] == "bob@example.com"
    assert merge(actor, other, ann, email="winner").properties["email"] == "bob@example.com"


@pytest.mark.django_db
@pytest.mark.spec("A18", "A23")
def test_links_move_both_ways_without_doubles_or_a_link_to_itself(actor: Actor) -> None:
    acme, other = (
        new(actor, "company", properties={"name": "Acme"}),
        new(actor, "company", properties={"name": "Other"}),
    )
    ann = new(actor, associations=[AssociationChange(PRIMARY, to_record_id=acme)])
    bob = new(
        actor,
        associations=[
            AssociationChange(PLAIN, to_record_id=acme),
            AssociationChange(PRIMARY, to_record_id=other),
            AssociationChange(449, to_record_id=ann),
        ],
    )
    merge(actor, ann, bob)
    assert links(ann) == {(acme, PLAIN), (acme, PRIMARY), (other, PLAIN)}
    assert links(acme) == {(ann, 280), (ann, 2)}
    assert links(other) == {(ann, 280)}
    assert not Association.objects.filter(from_record=bob).exists()
    assert not Association.objects.filter(to_record=bob).exists()
    assert links_told() == set(Association.objects.values_list("from_record_id", "to_record_id", "type_id"))


@pytest.mark.django_db
def test_timeline_entries_and_consents_move_and_what_both_tell_is_told_once(actor: Actor, account: Account) -> None:
    ann = new(actor, timeline=[TimelineChange("note", "both", NINE, {"text": "Ann's"})])
    bob = new(
        actor,
        timeline=[
            TimelineChange("note", "both", NINE, {"text": "Bob's"}),
            TimelineChange("note", "own", NINE, about_record_id=ann),
        ],
    )
    third = new(actor, timeline=[TimelineChange("note", "third", NINE, about_record_id=bob)])
    for record_id, key in ((ann, "form"), (bob, "form"), (bob, "call")):
        Consent.objects.create(
            account=account, record_id=record_id, purpose="News", state=ConsentState.GIVEN, key=key, source_kind="user"
        )
    merge(actor, ann, bob)
    entries = TimelineEntry.objects.filter(record=ann).order_by("key")
    assert [(e.key, e.data, e.about_id) for e in entries] == [("both", {"text": "Ann's"}, None), ("own", {}, None)]
    assert TimelineEntry.objects.get(record=third).about_id == ann
    assert sorted(Consent.objects.filter(record=ann).values_list("key", flat=True)) == ["call", "form"]
    assert Consent.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.spec("A17")
def test_both_histories_are_read_as_one_without_gaps_or_doubles(actor: Actor, account: Account) -> None:
    ann, bob = (
        result.record_id
        for result in records_write(actor=actor, changes=[RecordChange("contact", {"phone": p}) for p in "12"])
    )
    assert ann is not None
    assert bob is not None
    for n in range(8):
        for record_id in (ann, bob):
            new(actor, record_id=record_id, properties={"phone": f"{record_id}-{n}"})
    merge(actor, ann, bob)
    seen: list[Any] = []
    after: str | None = ""
    while after is not None:
        page = timeline_page(account_id=account.pk, record_id=ann, kind="property_change", after=after or None, limit=3)
        seen += [change.value for item in page.items for change in item.changes]
        after = page.next_after
    values = [change.value for change in PropertyChange.objects.order_by("-changed_at", "-version", "-record_id")]
    assert seen == values
    assert len(history_page(account_id=account.pk, record_id=ann, name="phone").items) == len(values)


@pytest.mark.django_db
def test_one_event_one_audit_row_and_redirects_that_are_one_step_long(actor: Actor, account: Account) -> None:
    ann, bob, cid = new(actor, properties={"firstname": "Ann"}), new(actor), new(actor)
    merge(actor, bob, cid)
    merge(actor, ann, bob)
    assert set(Record.objects.exclude(pk=ann).values_list("merged_into_id", flat=True)) == {ann}
    for old in (bob, cid):
        found = record_get(account_id=account.pk, record_id=old)
        assert found is not None
        assert found.pk == ann
    event = Event.objects.get(kind="record.merged", record_id=ann)
    assert (event.other_record_id, event.version) == (bob, Record.objects.get(pk=ann).version)
    audit = AuditEntry.objects.get(action="record.merged", target_id=str(ann))
    assert (audit.target_label, audit.detail) == ("Ann", {"merged_id": bob})
    new(actor, record_id=cid, properties={"phone": "1"})
    assert Record.objects.get(pk=ann).properties["phone"] == "1"


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["itself", "kind", "task", "archived", "merged", "stranger", "none", "stale"])
def test_a_merge_that_cannot_be_is_refused_and_nothing_changes(actor: Actor, other_account: Account, case: str) -> None:
    ann, bob = new(actor), new(actor)
    if case == "archived":
        record_archive(actor=actor, record_id=bob, object_type="contact")
    if case == "merged":
        merge(actor, new(actor), bob)
    if case == "task":
        ann, bob = new(actor, "task"), new(actor, "task")
    loser = {
        "itself": ann,
        "kind": new(actor, "company"),
        "stranger": new(actor_of(other_account)),
        "none": 2**40,
    }.get(case, bob)
    versions = {record.pk: record.version for record in Record.objects.all()}
    if case == "stale":
        new(actor, record_id=bob, properties={"phone": "1"})
    before = database_fingerprint()
    with pytest.raises((MergeRefused, RecordNotFound, RecordStale)), transaction.atomic():
        records_merge(actor=actor, winner_id=ann, loser_id=loser, choices={}, versions=versions)
    assert database_fingerprint() == before


def held(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Let ``second`` begin while the transaction of ``first`` is still open, then commit the first."""
    begun, go = threading.Event(), threading.Event()

    def one() -> None:
        with transaction.atomic():
            first()
            begun.set()
            assert go.wait(WAIT_SECONDS)

    def two() -> None:
        connection.ensure_connection()
        assert begun.wait(WAIT_SECONDS)
        second()

    workers = [Worker(one), Worker(two)]
    assert begun.wait(WAIT_SECONDS)
    wait_for_a_waiter()
    go.set()
    for worker in workers:
        worker.done()


def wait_for_a_waiter() -> None:
    """Until somebody waits for a lock."""
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=WAIT_SECONDS)
    while dt.datetime.now(dt.UTC) < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("edited", ["winner", "loser"])
def test_an_edit_that_is_first_makes_the_merge_show_the_fresh_values(edited: str) -> None:
    actor = actor_of(account_make()[0])
    ann, bob = new(actor, properties={"phone": "1"}), new(actor, properties={"phone": "2"})
    versions = {ann: 1, bob: 1}
    target = ann if edited == "winner" else bob

    def merging() -> None:
        with pytest.raises(RecordStale):
            records_merge(actor=actor, winner_id=ann, loser_id=bob, choices={}, versions=versions)

    held(partial(new, actor, record_id=target, properties={"phone": "3"}), merging)
    assert Record.objects.get(pk=target).properties["phone"] == "3"
    assert not Record.objects.filter(merged_into__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("edited", ["winner", "loser"])
def test_an_edit_that_comes_second_lands_on_the_one_that_is_left(edited: str) -> None:
    actor = actor_of(account_make()[0])
    ann, bob = new(actor, properties={"phone": "1"}), new(actor, match_email="bob@example.com")
    target = ann if edited == "winner" else bob
    held(partial(merge, actor, ann, bob), partial(new, actor, record_id=target, properties={"phone": "3"}))
    assert Record.objects.get(pk=ann).properties == {"phone": "3", "email": "bob@example.com"}


@pytest.mark.django_db(transaction=True)
def test_two_merges_that_cross_leave_one_record() -> None:
    actor = actor_of(account_make()[0])
    for _round in range(5):
        ann, bob = new(actor), new(actor)
        barrier = threading.Barrier(2)
        refused: list[Any] = []

        def one(winner: int, loser: int, barrier: threading.Barrier = barrier, refused: list[Any] = refused) -> None:
            connection.ensure_connection()
            barrier.wait(WAIT_SECONDS)
            try:
                records_merge(actor=actor, winner_id=winner, loser_id=loser, choices={}, versions={winner: 1, loser: 1})
            except (MergeRefused, RecordStale) as error:
                refused.append(error)

        workers = [Worker(partial(one, ann, bob)), Worker(partial(one, bob, ann))]
        for worker in workers:
            worker.done()
        assert len(refused) == 1
        assert Record.objects.filter(pk__in=[ann, bob], merged_into=None).count() == 1
    assert Event.objects.filter(kind="record.merged").count() == 5


@pytest.mark.django_db(transaction=True)
def test_whatever_is_written_beside_merges_is_on_the_one_that_is_left() -> None:
    actor = actor_of(account_make()[0])
    ids = [new(actor, match_email=f"n{n}@example.com") for n in range(6)]
    barrier = threading.Barrier(4)

    def writing(number: int) -> None:
        connection.ensure_connection()
        barrier.wait(WAIT_SECONDS)
        for n in range(12):
            entry = TimelineChange("note", f"{number}-{n}", NINE)
            new(actor, match_email=f"n{n % 6}@example.com", timeline=[entry])

    def merging() -> None:
        connection.ensure_connection()
        barrier.wait(WAIT_SECONDS)
        for loser in ids[1:]:
            while not Record.objects.filter(pk=loser, merged_into=ids[0]).exists():
                try:
                    merge(actor, ids[0], loser)
                except RecordStale:
                    continue

    workers = [Worker(merging), *(Worker(partial(writing, number)) for number in range(3))]
    for worker in workers:
        worker.done()
    assert TimelineEntry.objects.filter(record=ids[0]).count() == 36
    assert RecordIdentity.objects.filter(record=ids[0]).count() == 6
