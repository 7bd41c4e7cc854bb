"""Faults on order: the next matching calls fail, are dropped, or are late."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.store import Store

KINDS = ("status", "disconnect", "cut", "delay")


@dataclass
class Fault:
    """One order. ``times`` counts down; 0 from the start means until cleared. ``delay`` is in seconds.

    ``after`` lets the call take effect and then loses the answer: what a caller sees of a connection that broke late.
    ``cut`` breaks the connection in the middle of the answer.
    """

    provider: str
    path: str = ""
    method: str = ""
    status: int = 0
    disconnect: bool = False
    cut: bool = False
    delay: float = 0.0
    times: int = 1
    reason: str = ""
    body: Any = None
    retry_after: int | str | None = None
    after: bool = False
    id: int = 0
    hits: int = 0

    def matches(self, provider: str, method: str, path: str) -> bool:
        """Whether this call is one of those that were ordered to fail."""
        return (
            self.provider == provider
            and (not self.method or self.method.upper() == method.upper())
            and re.search(self.path, path) is not None
        )


def fault_parse(body: dict[str, Any]) -> Fault:
    """A fault of a control call's JSON. Raises ValueError with what is wrong."""
    unknown = set(body) - set(Fault.__dataclass_fields__)
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    if not body.get("provider"):
        raise ValueError("provider is required")
    if not any(body.get(name) for name in KINDS):
        raise ValueError(f"one of {', '.join(KINDS)} is required")
    re.compile(str(body.get("path", "")))
    given = {key: value for key, value in body.items() if value is not None and key not in {"id", "hits"}}
    return Fault(**given)


class Faults:
    """The standing orders, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._faults = [
            Fault(**{**json.loads(row["body"]), "id": row["id"]}) for row in store.all("select * from fault")
        ]

    def add(self, fault: Fault) -> int:
        """Take an order; answers its id."""
        with self._lock:
            fault.id = self._store.run("insert into fault (body) values (?)", (json.dumps(asdict(fault)),))
            self._faults.append(fault)
            return fault.id

    def clear(self, fault_id: int | None = None) -> None:
        """Forget one order, or all."""
        with self._lock:
            self._store.run("delete from fault where ? is null or id = ?", (fault_id, fault_id))
            self._faults = [f for f in self._faults if fault_id is not None and f.id != fault_id]

    def take(self, provider: str, method: str, path: str, *, named: bool = False) -> Fault | None:
        """The first order that this call meets, counted down; with ``named`` only one that names the method."""
        if not self._faults:
            return None
        with self._lock:
            fault = next(
                (f for f in self._faults if f.matches(provider, method, path) and (f.method or not named)), None
            )
            if fault is None:
                return None
            fault.hits += 1
            if fault.times == 1:
                self._faults.remove(fault)
                self._store.run("delete from fault where id = ?", (fault.id,))
                return fault
            fault.times = max(fault.times - 1, 0)
            self._store.run("update fault set body = ? where id = ?", (json.dumps(asdict(fault)), fault.id))
            return fault

    def listing(self) -> list[dict[str, Any]]:
        """The standing orders, for the state."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]
