"""A record while it is being written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from crm.objects import OBJECTS, ObjectInfo


@dataclass(slots=True, eq=False)
class Slot:
    """One record of a call, shared by all changes that turn out to be about it.

    ``before`` and ``after`` are its properties; ``primary`` is set when its main address changes ("" when it goes).
    """

    object_type: str
    record_id: int | None = None
    is_new: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    archived_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    identity_changed: bool = False
    archive: bool = False
    restore: bool = False
    primary: str | None = None
    changed_names: list[str] = field(default_factory=list)
    touched: bool = False

    @property
    def info(self) -> ObjectInfo:
        """What is known of its type."""
        return OBJECTS[self.object_type]

    @property
    def id(self) -> int:
        """The record's id, which it has once it is inserted or locked."""
        if self.record_id is None:
            raise RuntimeError("this record has no id yet")
        return self.record_id

    def moment(self, now: dt.datetime) -> dt.datetime:
        """When this write is: ``now``, which was read before the lock, but never before the write that came before."""
        return max(now, self.updated_at or now)

    def merge(self, values: dict[str, Any]) -> None:
        """Put normalised values over what is there; None takes a value away."""
        for name, value in values.items():
            if value is None:
                self.after.pop(name, None)
            else:
                self.after[name] = value

    def settle(self) -> None:
        """Say what has changed, once every change is merged; gives the new version if anything has."""
        names = dict.fromkeys([*self.before, *self.after])
        self.changed_names = [name for name in names if self.before.get(name) != self.after.get(name)]
        self.archive = self.archive and self.archived_at is None
        self.restore = self.restore and self.archived_at is not None
        changed = self.changed_names or self.identity_changed or self.primary is not None
        self.touched = bool(self.is_new or changed or self.archive or self.restore)
        if self.touched:
            self.version += 1
