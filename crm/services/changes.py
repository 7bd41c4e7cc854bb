"""What callers hand to ``records_write`` and what they get back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AssociationChange:
    """A link from the change's record to ``to_record_id``, or to the record of the change at ``to_index`` of the same
    call. With ``remove`` the link goes. A label that leads to one record at most (a primary company) is taken from the
    one that had it, which stays linked. A link to a record that the call did not make (A24) is left out."""

    type_id: int
    to_record_id: int | None = None
    to_index: int | None = None
    remove: bool = False


@dataclass(frozen=True, slots=True)
class TimelineChange:
    """One entry on the timeline of the change's record, or of the record of the change at ``on_index``.

    The same ``kind`` and ``key`` come once on a record; a repeat with other ``data`` (JSON) or another time (aware)
    amends the entry. ``about_index`` or ``about_record_id`` name the record that the entry tells of.
    """

    kind: str
    key: str
    occurred_at: dt.datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    about_index: int | None = None
    about_record_id: int | None = None
    on_index: int | None = None


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record to make or to change.

    ``record_id`` names an existing one; ``match_email`` finds one by any of its addresses, else a record is made when
    ``create`` is true. ``properties`` maps names to raw values (None or "" clears). ``emails`` are further addresses,
    of which the first is the main one of a contact without any; ``emails_removed`` are further ones to let go.
    ``fills`` are for who may add and not rewrite: each is put on a new record, and on an existing one only where all of
    its names are empty. ``if_new`` is put on a record that this call makes.
    ``archive`` and ``restore`` do what they say after the rest; a match by address restores an archived record.
    With ``if_version`` the change is refused (RecordStale) unless the record is at that version.
    """

    object_type: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    record_id: int | None = None
    match_email: str | None = None
    create: bool = True
    emails: Sequence[str] = ()
    emails_removed: Sequence[str] = ()
    associations: Sequence[AssociationChange] = ()
    timeline: Sequence[TimelineChange] = ()
    archive: bool = False
    restore: bool = False
    fills: Sequence[Mapping[str, Any]] = ()
    if_new: Mapping[str, Any] = field(default_factory=dict)
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What became of one change. ``record_id`` is None when nothing was found or made: ``refusal`` then says why a
    contact was refused (a ``crm.services.creation.Refusal``), and is empty when ``create`` was false."""

    record_id: int | None
    created: bool = False
    changed: bool = False
    version: int = 0
    refusal: str = ""
