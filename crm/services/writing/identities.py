"""Claiming addresses. Always before record locks and in sorted order, so that no two calls can wait for each other."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext as _

from crm.exceptions import IdentityTaken, RecordError
from crm.models import RecordIdentity
from crm.objects import OBJECTS
from crm.services.writing.plan import Holder, IdentityKey, Plan, Wanted
from crm.services.writing.slots import Slot
from crm.services.writing.sql import rows_insert
from hubclone.lib.errors import TransientError

_COLUMNS = {
    "account_id": "bigint",
    "object_type": "text",
    "record_id": "bigint",
    "kind": "text",
    "namespace": "text",
    "value": "text",
    "is_primary": "boolean",
}


def identities_claim(plan: Plan) -> None:
    """Make the addresses of the call belong to its records. A new record that was to be found by an address which
    somebody else has just taken gives way to theirs. Raises IdentityTaken."""
    claims = _claims(plan)
    lost = _insert(plan, claims)
    if lost:
        _yield_to_winners(plan, lost)


def identities_release(plan: Plan) -> None:
    """Let further addresses go. The records are locked, and their values merged. Raises RecordError for a main one."""
    for item in plan.wanted:
        slot = item.slot
        if slot is None or not item.removed or slot.info.identity is None:
            continue
        values = [key[2] for key in item.removed]
        if slot.after.get(slot.info.identity[0]) in values:
            raise RecordError(_("The main address stays. Make another one the main address first."))
        mine = RecordIdentity.objects.filter(account_id=plan.actor.account_id, record_id=slot.id, namespace="")
        gone, _rows = mine.filter(kind=_kind(slot), value__in=values).delete()
        slot.identity_changed = slot.identity_changed or gone > 0


def primaries_set(plan: Plan, slots: Iterable[Slot]) -> None:
    """Move the mark of the main address where it has changed; the old one stays as a further address, unless it was
    cleared. The records are locked."""
    moved = [slot for slot in slots if slot.primary is not None and not slot.is_new]
    if not moved:
        return
    mine = RecordIdentity.objects.filter(account_id=plan.actor.account_id, namespace="")
    for slot in moved:
        kind = _kind(slot)
        own = mine.filter(record_id=slot.id, kind=kind)
        if slot.primary == "":
            own.filter(is_primary=True).delete()
            continue
        own.filter(is_primary=True).exclude(value=slot.primary).update(is_primary=False)
        own.filter(value=slot.primary).update(is_primary=True)


def _claims(plan: Plan) -> dict[IdentityKey, tuple[Slot, bool]]:
    """Every address to insert, with whose it is to be and whether it is the main one."""
    claims: dict[IdentityKey, tuple[Slot, bool]] = {}
    for item in plan.wanted:
        slot = item.slot
        if slot is None:
            continue
        for key in item.addresses():
            if key in plan.holders:
                continue
            held = claims.setdefault(key, (slot, _is_primary(slot, key)))
            if held[0] is not slot and held[0].record_id != slot.record_id and OBJECTS[key[0]].exclusive:
                raise IdentityTaken(held[0].id)
    return claims


def _is_primary(slot: Slot, key: IdentityKey) -> bool:
    identity = slot.info.identity
    return slot.is_new and identity is not None and slot.after.get(identity[0]) == key[2]


def _insert(plan: Plan, claims: dict[IdentityKey, tuple[Slot, bool]]) -> list[IdentityKey]:
    """Insert in sorted order, waiting for whoever is inserting the same; return what others have."""
    keys = sorted(claims)
    rows = [(plan.actor.account_id, key[0], claims[key][0].id, key[1], "", key[2], claims[key][1]) for key in keys]
    inserted = rows_insert(
        "crm_recordidentity",
        _COLUMNS,
        rows,
        conflict="on conflict do nothing",
        returning="object_type, kind, value",
    )
    got = {(t, kind, value) for t, kind, value in inserted}
    for key in got:
        claims[key][0].identity_changed = True
    return [key for key in keys if key not in got and OBJECTS[key[0]].exclusive]


def _yield_to_winners(plan: Plan, lost: list[IdentityKey]) -> None:
    winners = _holders(plan, lost)
    for key in lost:
        winner = winners.get(key)
        if winner is None:
            raise TransientError("An address changed hands meanwhile.", code="IDENTITY_RACE", retry_after=1)
        losers = [item for item in plan.wanted if item.slot is not None and key in item.addresses()]
        if any(item.match != key for item in losers):
            raise IdentityTaken(winner.record_id)
        plan.holders[key] = winner
        _replace(plan, losers, winner)


def _replace(plan: Plan, losers: list[Wanted], winner: Holder) -> None:
    """Let the winner's record stand for the one that was just made, which goes with the addresses it got."""
    slot = losers[0].slot
    if slot is None or not slot.is_new:
        raise IdentityTaken(winner.record_id)
    made = slot.id
    for item in plan.wanted:
        if item.slot is slot:
            item.slot = Slot(slot.object_type, winner.record_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "update crm_recordidentity set record_id = %s, is_primary = false where record_id = %s",
            [winner.record_id, made],
        )
        cursor.execute("delete from crm_record where id = %s", [made])


def _holders(plan: Plan, keys: list[IdentityKey]) -> dict[IdentityKey, Holder]:
    rows = RecordIdentity.objects.filter(
        account_id=plan.actor.account_id, namespace="", value__in=[key[2] for key in keys]
    ).values_list("object_type", "kind", "value", "record_id", "record__archived_at")
    return {(t, kind, value): Holder(record_id, archived is not None) for t, kind, value, record_id, archived in rows}


def _kind(slot: Slot) -> str:
    identity = slot.info.identity
    return identity[1].value if identity else ""
