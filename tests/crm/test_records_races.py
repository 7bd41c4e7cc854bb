"""Real threads on the same addresses and records."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from accounts.actor import Actor
from crm.models import Association, Event, PropertyChange, Record, RecordIdentity
from crm.services.records import AssociationChange, RecordChange, RecordResult, records_write
from tests.crm.conftest import account_make, actor_of
from tests.crm.test_event_log import WAIT_SECONDS, Worker

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, actor: Actor, changes_of: Callable[[int], list[RecordChange]]) -> list[list[RecordResult]]:
    """Every thread writes its changes when all are ready."""
    barrier = threading.Barrier(count)
    results: list[list[RecordResult]] = []

    def one(number: int) -> None:
        connection.ensure_connection()
        barrier.wait(WAIT_SECONDS)
        results.append(records_write(actor=actor, changes=changes_of(number)))

    workers = [Worker(partial(one, n)) for n in range(count)]
    for worker in workers:
        worker.done()
    return results


@pytest.mark.spec("A16")
def test_twenty_threads_writing_one_new_address_make_one_contact_and_all_succeed() -> None:
    actor = actor_of(account_make()[0])
    results = at_once(
        20,
        actor,
        lambda n: [RecordChange("contact", {"firstname": f"N{n}"}, match_email="Same@example.com")],
    )
    assert len({result[0].record_id for result in results}) == 1
    assert sum(result[0].created for result in results) == 1
    record = Record.objects.get()
    assert record.version == 20
    assert RecordIdentity.objects.get().record_id == record.pk
    assert PropertyChange.objects.filter(name="firstname").count() == 20
    assert sorted(Event.objects.values_list("version", flat=True)) == list(range(1, 21))
    assert list(Event.objects.order_by("id").values_list("version", flat=True)) == list(range(1, 21))


def test_bookings_of_one_new_guest_at_once_share_the_contact() -> None:
    actor = actor_of(account_make()[0])
    results = at_once(
        8,
        actor,
        lambda n: [
            RecordChange("contact", {"lastname": "Guest"}, match_email="guest@example.com"),
            RecordChange("meeting", {"hs_meeting_title": f"M{n}"}, associations=[AssociationChange(200, to_index=0)]),
        ],
    )
    assert len({contact.record_id for contact, _meeting in results}) == 1
    assert Record.objects.filter(object_type="meeting").count() == 8
    assert Association.objects.filter(type_id=199).count() == 8


def test_addresses_and_records_in_opposite_orders_do_not_deadlock() -> None:
    actor = actor_of(account_make()[0])
    emails = [f"n{n}@example.com" for n in range(12)]

    def changes(number: int) -> list[RecordChange]:
        order = emails if number % 2 else emails[::-1]
        return [RecordChange("contact", {"phone": str(number)}, match_email=email) for email in order]

    for _round in range(3):
        at_once(8, actor, changes)
    assert Record.objects.count() == 12
    assert set(Record.objects.values_list("version", flat=True)) <= set(range(1, 25))


def test_an_address_wanted_by_two_existing_contacts_goes_to_one_and_the_other_is_told() -> None:
    actor = actor_of(account_make()[0])
    ids = [records_write(actor=actor, changes=[RecordChange("contact")])[0].record_id for _ in range(2)]
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def claim(record_id: int | None) -> None:
        from crm.exceptions import IdentityTaken

        barrier.wait(WAIT_SECONDS)
        try:
            records_write(
                actor=actor, changes=[RecordChange("contact", {"email": "one@example.com"}, record_id=record_id)]
            )
            outcomes.append("got")
        except IdentityTaken:
            outcomes.append("taken")

    for worker in [Worker(partial(claim, i)) for i in ids]:
        worker.done()
    assert sorted(outcomes) == ["got", "taken"]
    assert RecordIdentity.objects.count() == 1
    assert Event.objects.filter(kind="record.changed").count() == 1
