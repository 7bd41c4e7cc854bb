"""Change notifications: the sender, and ``/subscriptions``. Every post is recorded, sent, failed or lost."""

from __future__ import annotations

import json
import threading
import uuid
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sandbox.context import Box
from sandbox.microsoft.access import account_of
from sandbox.microsoft.zones import utc_text
from sandbox.sending import SEND_TIMEOUT_SECONDS, post
from sandbox.store import Row
from sandbox.times import now_seconds, now_text

BATCH_SECONDS = 0.05
BATCH_SIZE = 100


class Notifier:
    """Collects what changes for BATCH_SECONDS and posts it by address, from threads of its own."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="sandbox-graph")
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._timer: threading.Timer | None = None
        self._watched: set[str] = set()
        self.reload()

    def reload(self) -> None:
        """Learn anew which calendars are watched; what waits for an address that nobody watches from is forgotten."""
        rows = self._box.store.all(
            "select c.alias from microsoft_subscription s join microsoft_calendar c"
            " on c.alias = s.calendar or (s.calendar = '' and c.owner = s.account) where s.removed = 0"
        )
        watching = self._box.store.all("select url, lifecycle_url from microsoft_subscription")
        known = {url for row in watching for url in row}
        with self._lock:
            self._watched = {row["alias"] for row in rows}
            for url in self._waiting.keys() - known:
                del self._waiting[url]

    @property
    def paused(self) -> bool:
        """Whether notifications are lost, on order."""
        return self._box.store.get("microsoft_push_paused") == "1"

    def changed(self, alias: str, event_id: str, change: str) -> None:
        """An event was created, updated or deleted: a notification for each subscription that asks for it."""
        if alias not in self._watched:
            return
        rows = self._box.store.all(
            "select s.* from microsoft_subscription s join microsoft_calendar c on c.alias = ?"
            " where (s.calendar = c.alias or (s.calendar = '' and c.owner = s.account))"
            " and s.removed = 0 and s.silent = 0 and s.expires > ?",
            (alias, now_seconds()),
        )
        for row in rows:
            if change in row["change_type"].split(","):
                self.add(row["url"], self._notification(row, event_id, change))

    def _notification(self, row: Row, event_id: str, change: str) -> dict[str, Any]:
        account = account_of(self._box.store, row["account"])
        resource = f"Users/{account['oid']}/Events/{event_id}"
        data = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": resource, "id": event_id}
        return {**head(self._box, row), "changeType": change, "resource": resource, "resourceData": data}

    def lifecycle(self, row: Row, event: str) -> None:
        """Tell of a subscription itself: reauthorizationRequired, subscriptionRemoved or missed."""
        self.add(row["lifecycle_url"], {**head(self._box, row), "lifecycleEvent": event})

    def add(self, url: str, notification: dict[str, Any]) -> None:
        """Take one; it goes out with others to the same address."""
        with self._lock:
            self._waiting[url].append(notification)
            if self._timer is None:
                self._timer = threading.Timer(BATCH_SECONDS, self._flush)
                self._timer.daemon = True
                self._timer.start()

    def _flush(self) -> None:
        with self._lock:
            waiting, self._waiting, self._timer = dict(self._waiting), defaultdict(list), None
        for url, found in waiting.items():
            for first in range(0, len(found), BATCH_SIZE):
                self.send(url, {"value": found[first : first + BATCH_SIZE]})

    def send(self, url: str, body: dict[str, Any]) -> None:
        """One post, which is recorded."""
        lost = self.paused
        push_id = self._box.store.run(
            "insert into microsoft_push (url, body, result, at) values (?, ?, ?, ?)",
            (url, json.dumps(body), "lost" if lost else "queued", now_text()),
        )
        if not lost:
            self._pool.submit(self._deliver, push_id, url, body)

    def _deliver(self, push_id: int, url: str, body: dict[str, Any]) -> None:
        result = post(url, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8"})
        self._box.store.run("update microsoft_push set result = ? where id = ?", (result, push_id))

    def stop(self) -> None:
        """Give up what waits."""
        with self._lock:
            timer = self._timer
        if timer is not None:
            timer.cancel()
            timer.join(SEND_TIMEOUT_SECONDS)
        self._pool.shutdown(wait=True, cancel_futures=True)


def head(box: Box, row: Row) -> dict[str, Any]:
    """What every notification of a subscription says."""
    told = {
        "id": str(uuid.uuid4()),
        "subscriptionId": row["id"],
        "subscriptionExpirationDateTime": utc_text(row["expires"]),
        "tenantId": account_of(box.store, row["account"])["tenant"],
    }
    return told | ({"clientState": row["client_state"]} if row["client_state"] else {})
