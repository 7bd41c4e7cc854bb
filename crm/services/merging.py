"""Making one record of two (A16).

The loser stays as an archived row that leads to the winner, and keeps its own history: selectors read both. So an id
that was kept anywhere else (a booking, an app) goes on working, whether it was followed up or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Membership
from accounts.services.audit import audit_write
from crm.choices import EventKind, ObjectType
from crm.exceptions import MergeRefused, RecordNotFound, RecordStale
from crm.models import Event, PropertyDefinition, Record, RecordIdentity
from crm.objects import OBJECTS, OWNER
from crm.services.changes import RecordChange
from crm.services.records import records_write
from crm.services.writing.merging import (
    Link,
    associations_move,
    consents_move,
    links_read,
    links_tell,
    timeline_move,
)
from crm.services.writing.rows import records_lock
from crm.services.writing.schema import schema_hold
from hubclone.lib.errors import TransientError

MERGEABLE = frozenset({ObjectType.CONTACT, ObjectType.COMPANY, ObjectType.DEAL, ObjectType.TICKET})
ATTEMPTS_MOST = 5
Side = Literal["winner", "loser"]


@dataclass(frozen=True, slots=True)
class _Locked:
    id: int
    object_type: str
    version: int


@transaction.atomic
def records_merge(
    *, actor: Actor, winner_id: int, loser_id: int, choices: Mapping[str, str], versions: Mapping[int, int]
) -> Record:
    """Let ``winner_id`` take over everything of ``loser_id``; answer the winner as it is now.

    ``choices`` maps names of properties to "winner" or "loser"; without a choice the winner's value stays, and where it
    has none the loser's fills the gap. ``versions`` are those that were shown, by record id. Addresses, links, timeline
    and consents move; what was merged into the loser leads to the winner from now on.
    Raises RecordNotFound, RecordStale, MergeRefused; TransientError when they keep changing in that moment.
    """
    if winner_id == loser_id:
        raise MergeRefused(_("A record cannot be merged with itself."))
    schema_hold(account_id=actor.account_id)
    before, held = _hold(actor.account_id, winner_id, loser_id)
    winner, loser = _check(held, winner_id, loser_id)
    if any(versions.get(record.id) != record.version for record in (winner, loser)):
        raise RecordStale
    values = _values(actor.account_id, winner, loser, choices)
    _hand_over(actor.account_id, winner.id, loser.id)
    after = links_read(account_id=actor.account_id, ids=[winner.id])
    links_tell(actor=actor, before=before, after=after, held=held)
    _retire(actor, winner.id, loser.id)
    records_write(actor=actor, changes=[RecordChange(winner.object_type, values, record_id=winner.id)])
    return _tell(actor, winner, loser)


def _hold(account_id: int, winner_id: int, loser_id: int) -> tuple[set[Link], dict[int, tuple[Any, ...]]]:
    """The links of both, and both with all that they are linked with, locked: the log tells of links at either end.

    What is linked is only known for sure once the two are locked, and locks are taken in order: look, lock, look again.
    """
    both = (winner_id, loser_id)
    for _attempt in range(ATTEMPTS_MOST):
        with transaction.atomic():
            links = links_read(account_id=account_id, ids=both)
            held = records_lock(account_id, {*both, *(id_ for link in links for id_ in link[:2])})
            if links_read(account_id=account_id, ids=both) == links:
                return links, held
            transaction.set_rollback(True)
    raise TransientError("The records are being changed.", code="MERGE_RACE", retry_after=1)


def _check(found: Mapping[int, tuple[Any, ...]], winner_id: int, loser_id: int) -> tuple[_Locked, _Locked]:
    for id_ in (winner_id, loser_id):
        if id_ not in found:
            raise RecordNotFound(id_)
        _id, _type, _properties, _version, archived_at, merged_into, _updated = found[id_]
        if merged_into is not None:
            raise MergeRefused(_("One of these records was merged into another one before."))
        if archived_at is not None:
            raise RecordNotFound(id_)
    winner, loser = (_Locked(row[0], row[1], row[3]) for row in (found[winner_id], found[loser_id]))
    if winner.object_type != loser.object_type:
        raise MergeRefused(_("Only records of one kind can be merged."))
    if winner.object_type not in MERGEABLE:
        raise MergeRefused(_("Records of this kind cannot be merged."))
    return winner, loser


def merged_values(
    *, definitions: Mapping[str, PropertyDefinition], winner: Record, loser: Record, choices: Mapping[str, str]
) -> dict[str, Any]:
    """What the winner takes from the loser: values by name, None where an empty one was chosen. A main address is never
    given up for none."""
    identity, taken = (OBJECTS[winner.object_type].identity or ("",))[0], {}
    for name in definitions:
        mine, theirs = winner.properties.get(name), loser.properties.get(name)
        side = choices.get(name) or ("winner" if mine is not None else "loser")
        if name == identity and mine is None:
            side = "loser"
        if side == "loser" and mine != theirs and (theirs is not None or name != identity):
            taken[name] = theirs
    return taken


def _values(account_id: int, winner: _Locked, loser: _Locked, choices: Mapping[str, str]) -> dict[str, Any]:
    """Only what people may write; an owner who has left the account does not come along."""
    definitions = PropertyDefinition.objects.filter(
        account_id=account_id, object_type=winner.object_type, archived_at=None, is_read_only=False
    )
    records = Record.objects.in_bulk([winner.id, loser.id])
    values = merged_values(
        definitions={definition.name: definition for definition in definitions},
        winner=records[winner.id],
        loser=records[loser.id],
        choices=choices,
    )
    return values if _owner_is_here(account_id, values) else {k: v for k, v in values.items() if k != OWNER}


def _owner_is_here(account_id: int, values: Mapping[str, Any]) -> bool:
    owner = values.get(OWNER)
    return owner is None or Membership.objects.filter(account_id=account_id, user_id=int(owner)).exists()


def _hand_over(account_id: int, winner_id: int, loser_id: int) -> None:
    RecordIdentity.objects.filter(account_id=account_id, record_id=loser_id).update(
        record_id=winner_id, is_primary=False
    )
    associations_move(account_id=account_id, winner_id=winner_id, loser_id=loser_id)
    timeline_move(account_id=account_id, winner_id=winner_id, loser_id=loser_id)
    consents_move(account_id=account_id, winner_id=winner_id, loser_id=loser_id)


def _retire(actor: Actor, winner_id: int, loser_id: int) -> None:
    """The loser leads to the winner, and so does all that led to the loser: a redirect is one step, always."""
    mine = Record.objects.filter(account_id=actor.account_id)
    mine.filter(merged_into=loser_id).update(merged_into=winner_id)
    mine.filter(pk=loser_id).update(merged_into=winner_id, archived_at=Now(), archived_by=actor.label[:254])


def _tell(actor: Actor, winner: _Locked, loser: _Locked) -> Record:
    """A version of its own, so that pages which show the winner from before know that they are old."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update crm_record set version = version + 1, updated_at = clock_timestamp() where id = %s", [winner.id]
        )
    record = Record.objects.select_related("owner").get(pk=winner.id)
    Event.objects.create(
        account_id=actor.account_id,
        kind=EventKind.RECORD_MERGED,
        object_type=record.object_type,
        record_id=winner.id,
        other_record_id=loser.id,
        version=record.version,
        source_kind=actor.kind,
        source_id=actor.id,
    )
    audit_write(
        actor=actor,
        action="record.merged",
        target_kind="record",
        target_id=winner.id,
        target_label=record.display_name,
        detail={"merged_id": loser.id},
    )
    return record
