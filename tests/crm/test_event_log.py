"""The event log with real transactions: nothing is missed, and each record's events stay in order (A23)."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import Actor
from crm.models import Event, EventCursor
from crm.services.events import (
    cursor_move,
    cursor_remove,
    cursor_start_at_end,
    events_read,
    events_trim,
    publish_once,
)
from crm.services.publisher import publisher_run
from crm.services.records import RecordChange, records_write
from crm.tasks import events_trim as trim_task
from tests.crm.conftest import Write, account_make, actor_of

pytestmark = pytest.mark.spec("A23")
WAIT_SECONDS = 20.0


class Worker(threading.Thread):
    """A thread with a database connection of its own, whose error fails the test."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            self.error = error
        finally:
            connection.close()

    def done(self) -> None:
        self.join(WAIT_SECONDS)
        assert not self.is_alive(), "the thread did not end"
        if self.error:
            raise self.error


@contextmanager
def publishing() -> Iterator[None]:
    """A publisher runs meanwhile."""
    stop = threading.Event()
    worker = Worker(lambda: publisher_run(stop=stop, sign=lambda _name: None))
    try:
        yield
    finally:
        stop.set()
        worker.done()


def contact_make(actor: Actor) -> int:
    record_id = records_write(actor=actor, changes=[RecordChange("contact")])[0].record_id
    assert record_id is not None
    return record_id


def rename(actor: Actor, record_id: int, name: str) -> None:
    records_write(actor=actor, changes=[RecordChange("contact", {"firstname": name}, record_id=record_id)])


def drain(consumer: str, into: list[Event]) -> int:
    """One round of a consumer: read, keep, move, in one transaction."""
    with transaction.atomic():
        events = events_read(consumer=consumer, limit=50)
        into.extend(events)
        if events:
            cursor_move(consumer=consumer, seq=events[-1].seq or 0)
    return len(events)


@pytest.mark.django_db(transaction=True)
def test_reading_by_id_misses_what_commits_late_and_reading_by_seq_does_not() -> None:
    actor = actor_of(account_make()[0])
    slow, quick = contact_make(actor), contact_make(actor)
    publish_once()
    written, go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            rename(actor, slow, "late")
            written.set()
            assert go.wait(WAIT_SECONDS)

    start = Event.objects.order_by("-id").values_list("id", flat=True)[0]
    cursor_start_at_end(consumer="ours")
    holder = Worker(hold)
    assert written.wait(WAIT_SECONDS)
    rename(actor, quick, "early")
    by_id = list(Event.objects.filter(id__gt=start).order_by("id"))
    publish_once()
    ours: list[Event] = []
    drain("ours", ours)
    go.set()
    holder.done()
    by_id += Event.objects.filter(id__gt=by_id[-1].id).order_by("id")
    publish_once()
    drain("ours", ours)
    assert [event.record_id for event in by_id] == [quick], "reading by id would have missed the late one"
    assert [event.record_id for event in ours] == [quick, slow]


@pytest.mark.django_db(transaction=True)
def test_many_writers_one_of_them_slow_and_a_reader_that_polls_meanwhile() -> None:
    actor = actor_of(account_make()[0])
    shared = contact_make(actor)
    read: list[Event] = []
    finished = threading.Event()

    def write_many(number: int) -> None:
        own = contact_make(actor)
        for turn in range(12):
            with transaction.atomic():
                rename(actor, own if turn % 2 else shared, f"{number}-{turn}")
                time.sleep(0.002 * (number % 3))

    def write_slowly() -> None:
        own = contact_make(actor)
        with transaction.atomic():
            rename(actor, own, "slow")
            time.sleep(1.0)

    def poll() -> None:
        while not finished.is_set():
            if not drain("reader", read):
                time.sleep(0.005)

    with publishing():
        reader, slow = Worker(poll), Worker(write_slowly)
        for worker in [Worker(partial(write_many, n)) for n in range(7)]:
            worker.done()
        slow.done()
        until = time.monotonic() + WAIT_SECONDS
        while Event.objects.filter(seq=None).exists() and time.monotonic() < until:
            time.sleep(0.02)
        finished.set()
        reader.done()
    while drain("reader", read):
        continue
    written = list(Event.objects.order_by("seq"))
    assert [event.id for event in read] == [event.id for event in written]
    assert len(read) == 1 + 7 * 13 + 2
    versions: dict[int, list[int]] = {}
    for event in read:
        versions.setdefault(event.record_id, []).append(event.version)
    assert all(seen == list(range(1, len(seen) + 1)) for seen in versions.values())
    assert [e.id for e in written] != sorted(e.id for e in written), "the slow writer should have committed out of turn"


@pytest.mark.django_db(transaction=True)
def test_two_publishers_and_two_workers_of_one_consumer_share_the_work_without_doubles() -> None:
    actor = actor_of(account_make()[0])
    records_write(actor=actor, changes=[RecordChange("contact") for _ in range(300)])
    read: list[Event] = []
    with publishing(), publishing():
        until = time.monotonic() + WAIT_SECONDS
        while Event.objects.filter(seq=None).exists() and time.monotonic() < until:
            time.sleep(0.02)

    def consume() -> None:
        while drain("pair", read):
            continue

    for worker in [Worker(consume), Worker(consume)]:
        worker.done()
    assert sorted(e.id for e in read) == list(Event.objects.order_by("id").values_list("id", flat=True))
    assert len({event.seq for event in read}) == 300


@pytest.mark.django_db(transaction=True)
def test_a_publisher_whose_connection_dies_goes_on_with_a_new_one() -> None:
    actor = actor_of(account_make()[0])
    killed = threading.Event()

    def kill(_name: str) -> None:
        """The first sign of life is where the connection is killed under the publisher."""
        if not killed.is_set():
            with connection.cursor() as cursor:
                cursor.execute("select pg_backend_pid()")
                pid = cursor.fetchone()[0]
            Worker(lambda: terminate(pid)).done()
            killed.set()

    stop = threading.Event()
    worker = Worker(lambda: publisher_run(stop=stop, sign=kill))
    assert killed.wait(WAIT_SECONDS)
    contact_make(actor)
    until = time.monotonic() + WAIT_SECONDS
    while Event.objects.filter(seq=None).exists() and time.monotonic() < until:
        time.sleep(0.02)
    stop.set()
    worker.done()
    assert not Event.objects.filter(seq=None).exists()


def terminate(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s)", [pid])


@pytest.mark.django_db(transaction=True)
def test_the_publisher_process_publishes_and_ends_cleanly_when_told_to() -> None:
    actor = actor_of(account_make()[0])
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"])).geturl()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "publisher"], env={**os.environ, "DATABASE_URL": url}, stderr=subprocess.PIPE
    )
    contact_make(actor)
    until = time.monotonic() + 2 * WAIT_SECONDS
    while Event.objects.filter(seq=None).exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Event.objects.filter(seq=None).exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_SECONDS) == 0


def test_a_consumer_that_was_down_catches_up_where_it_left(write: Write) -> None:
    write()
    publish_once()
    assert len(events_read(consumer="hooks")) == 1
    cursor_move(consumer="hooks", seq=events_read(consumer="hooks")[-1].seq or 0)
    for _ in range(3):
        write()
    publish_once()
    missed = events_read(consumer="hooks")
    assert len(missed) == 3
    cursor_move(consumer="hooks", seq=missed[-1].seq or 0)
    cursor_move(consumer="hooks", seq=0)
    assert events_read(consumer="hooks") == []


def test_an_unpublished_event_is_not_read(write: Write) -> None:
    write()
    assert events_read(consumer="hooks") == []
    assert publish_once(limit=10) == 1
    assert publish_once() == 0


def test_an_event_holds_ids_and_nothing_that_was_typed(write: Write) -> None:
    made = write(
        properties={"firstname": "Ola", "lastname": "Nowak", "phone": "+48 600 100 200"}, emails=("ola@x.test",)
    )
    write(record_id=made.record_id, properties={"firstname": "Aleksandra"})
    assert Event.objects.count() >= 2
    written = repr(list(Event.objects.values()))
    assert [word for word in ("Ola", "Nowak", "600", "ola@", "Aleksandra") if word in written] == []


def test_events_go_only_when_everybody_has_read_them_and_thirty_days_have_passed(write: Write) -> None:
    for _ in range(3):
        write()
    publish_once()
    first, second, third = Event.objects.order_by("seq")
    cursor_move_new("slow", first.seq)
    cursor_move_new("fast", third.seq)
    assert events_trim() == 0
    Event.objects.update(occurred_at=timezone.now() - dt.timedelta(days=31))
    trim_task()
    assert list(Event.objects.order_by("seq")) == [second, third]
    cursor_remove(consumer="slow")
    assert events_trim(rows=1) == 1
    assert list(Event.objects.all()) == [third]


def cursor_move_new(consumer: str, seq: int | None) -> None:
    EventCursor.objects.create(consumer=consumer, seq=seq or 0)
