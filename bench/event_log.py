"""The event log under load: eight writers, one of them slow, and a reader that polls meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

from django.db import connection, transaction

from accounts.actor import system_actor
from accounts.models import Account, User
from accounts.services.accounts import account_create
from bench.figures import Figure
from crm.models import Event
from crm.services.events import BATCH, cursor_move, cursor_remove, cursor_start_at_end, events_read, publish_once
from crm.services.records import RecordChange, records_write

WRITERS = 8
SECONDS = 20.0
SLOW_SECONDS = 2.0
SHARED = 40
CONSUMER = "bench-event-log"


class Load:
    """One run: what was written, and what the reader saw, in its order."""

    def __init__(self) -> None:
        account = _account()
        self.account_id = account.pk
        self.actor = system_actor(account.pk, "bench")
        self.stop = threading.Event()
        self.written = threading.Event()
        self.seen: list[tuple[int, int, int]] = []
        self.errors: list[Exception] = []
        made = records_write(actor=self.actor, changes=[RecordChange("contact") for _ in range(SHARED)])
        self.shared = [result.record_id for result in made]

    def run(self) -> float:
        """Write for ``SECONDS``, read to the end, and say how many seconds that took."""
        while publish_once():
            continue
        cursor_start_at_end(consumer=CONSUMER)
        self.first = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
        started = time.monotonic()
        writers = [self._thread(partial(self._write, n)) for n in range(WRITERS)]
        others = [self._thread(self._publish), self._thread(self._read)]
        time.sleep(SECONDS)
        self.stop.set()
        for thread in writers:
            thread.join()
        self.written.set()
        for thread in others:
            thread.join()
        took = time.monotonic() - started
        cursor_remove(consumer=CONSUMER)
        if self.errors:
            raise self.errors[0]
        return took

    def missed(self) -> int:
        """Committed events that the reader did not see, and events that it saw twice."""
        committed = set(
            Event.objects.filter(id__gt=self.first, account_id=self.account_id).values_list("id", flat=True)
        )
        ids = [id_ for id_, _record, _version in self.seen]
        return len(committed.symmetric_difference(ids)) + len(ids) - len(set(ids))

    def disorder(self) -> int:
        """Events of a record that came after a later one of it."""
        last: dict[int, int] = {}
        count = 0
        for _id, record_id, version in self.seen:
            count += version <= last.get(record_id, 0)
            last[record_id] = max(version, last.get(record_id, 0))
        return count

    def _write(self, number: int) -> None:
        """Batches on own and on shared records; writer 0 holds each transaction open for long."""
        own = [r.record_id for r in records_write(actor=self.actor, changes=[RecordChange("contact")] * 50)]
        turn = 0
        while not self.stop.is_set():
            turn += 1
            ids = own if number == 0 else [*own, *self.shared[number::WRITERS]]
            if turn % 5 == 0 and number:
                ids = [self.shared[(turn + k) % SHARED] for k in range(3)]
            values = {"firstname": f"{number}-{turn}", "phone": str(turn)}
            with transaction.atomic():
                records_write(
                    actor=self.actor,
                    changes=[RecordChange("contact", values, record_id=id_) for id_ in dict.fromkeys(ids)],
                )
                if number == 0:
                    self.stop.wait(SLOW_SECONDS)

    def _publish(self) -> None:
        """What the publisher process does, at its busy pace."""
        while not self.written.is_set() or publish_once():
            if publish_once() < BATCH:
                time.sleep(0.02)

    def _read(self) -> None:
        while True:
            ended = self.written.is_set() and not Event.objects.filter(seq=None).exists()
            if not self._read_once():
                if ended:
                    return
                time.sleep(0.02)

    def _read_once(self) -> int:
        with transaction.atomic():
            events = events_read(consumer=CONSUMER, limit=1000)
            self.seen += [(e.id, e.record_id, e.version) for e in events if e.account_id == self.account_id]
            if events:
                cursor_move(consumer=CONSUMER, seq=events[-1].seq or 0)
        return len(events)

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        def body() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - kept, and raised by ``run``
                self.errors.append(error)
                self.stop.set()
                self.written.set()
            finally:
                connection.close()

        thread = threading.Thread(target=body)
        thread.start()
        return thread


def run() -> Iterator[Figure]:
    """What was missed, what came out of order, and events a second from the write path to the reader."""
    load = Load()
    took = load.run()
    yield Figure("event_log", "missed", load.missed(), "events", bound="= 0")
    yield Figure("event_log", "disorder", load.disorder(), "events", bound="= 0")
    yield Figure("event_log", "rate", round(len(load.seen) / took, 1), "events/s")


def _account() -> Account:
    owner, _made = User.objects.get_or_create(email="event-log@bench.test")
    return account_create(name="Bench of the event log", owner=owner)
