"""What a call wants, found out and checked before anything is locked: values, addresses, and whose they are."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.choices import ActorKind
from crm.choices import IdentityKind
from crm.exceptions import ARCHIVED, READ_ONLY, UNKNOWN, IdentityTaken, InvalidProperty, RecordError, RecordNotFound
from crm.objects import OBJECTS, OWNER, ObjectInfo
from crm.services.changes import RecordChange
from crm.services.creation import Refusal, contact_creation_refusals
from crm.services.writing.schema import AccountSchema, schema_get
from crm.services.writing.slots import Slot
from crm.values import BadValue, Definition, email_value, value_normalise

IdentityKey = tuple[str, str, str]
"""Object type, kind, value."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose an address is."""

    record_id: int
    archived: bool


@dataclass(slots=True)
class Wanted:
    """One change with its values normalised. ``slot`` is what it writes to, None when it writes nothing."""

    change: RecordChange
    match: IdentityKey | None
    main: IdentityKey | None
    extra: list[IdentityKey]
    removed: list[IdentityKey] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    fills: list[dict[str, Any]] = field(default_factory=list)
    if_new: dict[str, Any] = field(default_factory=dict)
    slot: Slot | None = None
    refusal: Refusal | None = None

    def addresses(self) -> list[IdentityKey]:
        """Every address that it names, once each: the main one, the one to match, further ones."""
        return list(dict.fromkeys(key for key in (self.main, self.match, *self.extra) if key))


@dataclass(slots=True)
class Plan:
    """Everything that was read for a call. ``targets`` maps ids that were asked for to ids after merges; ``singles``
    says who has a label that leads to one record at most: (record, type) → the others."""

    actor: Actor
    wanted: list[Wanted]
    schema: AccountSchema
    holders: dict[IdentityKey, Holder]
    targets: dict[int, int]
    now: dt.datetime
    singles: dict[tuple[int, int], set[int]] = field(default_factory=dict)


def plan_make(*, actor: Actor, changes: Sequence[RecordChange]) -> Plan:
    """Read and check; two queries, one when no address is new. Raises InvalidProperty, RecordNotFound."""
    wanted = [_wanted(change) for change in changes]
    version, holders, targets, owners, now = _read(actor.account_id, wanted)
    schema = schema_get(account_id=actor.account_id, version=version)
    for item in wanted:
        change = item.change
        item.values = values_check(actor, schema, change.object_type, change.properties, owners)
        item.fills = [values_check(actor, schema, change.object_type, fill, owners) for fill in change.fills]
        item.if_new = values_check(actor, schema, change.object_type, change.if_new, owners)
    plan = Plan(actor, wanted, schema, holders, targets, now)
    _refuse(plan)
    _resolve(plan)
    _check(plan)
    return plan


def values_check(
    actor: Actor, schema: AccountSchema, object_type: str, given: Mapping[str, Any], owners: frozenset[int]
) -> dict[str, Any]:
    """A change's values by name, normalised. Raises InvalidProperty for the first that does not fit."""
    definitions = schema.definitions.get(object_type, {})
    values = {}
    for name, raw in given.items():
        definition = _usable(definitions, name, actor)
        try:
            values[name] = value_normalise(definition, raw)
        except BadValue as error:
            raise InvalidProperty(name, str(error)) from error
    owner = values.get(OWNER)
    if owner is not None and _number(owner) not in owners:
        raise InvalidProperty(OWNER, _("This is not a user of the account."))
    return values


def _usable(definitions: Mapping[str, Definition], name: str, actor: Actor) -> Definition:
    definition = definitions.get(name)
    if definition is None:
        raise InvalidProperty(name, _(UNKNOWN))
    if definition.archived:
        raise InvalidProperty(name, _(ARCHIVED))
    if definition.read_only and actor.kind != ActorKind.SYSTEM:
        raise InvalidProperty(name, _(READ_ONLY))
    return definition


def _wanted(change: RecordChange) -> Wanted:
    info = OBJECTS.get(change.object_type)
    if info is None:
        raise RecordError(f"There is no object type {change.object_type!r}.")
    has_addresses = info.identity is not None and info.identity[1] == IdentityKind.EMAIL
    if (change.match_email or change.emails or change.emails_removed) and not has_addresses:
        raise RecordError("Only contacts have e-mail addresses.")
    match = _email_key(info, change.match_email) if change.match_email else None
    extra, removed = ([_email_key(info, email) for email in given] for given in (change.emails, change.emails_removed))
    main = _main_key(info, change.properties) or (match if change.record_id is None else None)
    return Wanted(change, match, main, extra, removed)


def _email_key(info: ObjectInfo, email: str) -> IdentityKey:
    try:
        return info.type.value, IdentityKind.EMAIL.value, email_value(email)
    except BadValue as error:
        raise InvalidProperty("email", str(error)) from error


def _main_key(info: ObjectInfo, properties: Mapping[str, Any]) -> IdentityKey | None:
    if info.identity is None or not properties.get(info.identity[0]):
        return None
    name, kind = info.identity
    definition = Definition(name, name, "string")
    try:
        value = value_normalise(definition, properties[name])
    except BadValue as error:
        raise InvalidProperty(name, str(error)) from error
    return (info.type.value, kind.value, value) if value else None


def _read(
    account_id: int, wanted: Sequence[Wanted]
) -> tuple[uuid.UUID | None, dict[IdentityKey, Holder], dict[int, int], frozenset[int], dt.datetime]:
    """Everything that the call needs to know beforehand, in one statement."""
    keys = sorted({key for item in wanted for key in item.addresses()})
    asked = sorted({id_ for item in wanted for id_ in _named(item)})
    owners = sorted({n for item in wanted for n in _owners(item.change)})
    with connection.cursor() as cursor:
        cursor.execute(
            _READ,
            {
                "account": account_id,
                "types": [key[0] for key in keys],
                "kinds": [key[1] for key in keys],
                "values": [key[2] for key in keys],
                "asked": asked,
                "owners": owners,
            },
        )
        version, identities, targets, members, now = cursor.fetchone()
    holders = {(t, kind, value): Holder(record_id, archived) for t, kind, value, record_id, archived in identities}
    return version, holders, dict(targets), frozenset(members), now


def _named(item: Wanted) -> set[int]:
    """Every existing record that a change names."""
    links = (link.to_record_id for link in item.change.associations)
    entries = (entry.about_record_id for entry in item.change.timeline)
    return {id_ for id_ in (item.change.record_id, *links, *entries) if id_ is not None}


def _owners(change: RecordChange) -> set[int]:
    """Every owner that a change sets."""
    given = (values.get(OWNER) for values in (change.properties, change.if_new, *change.fills))
    return {number for raw in given if (number := _number(raw)) is not None}


def _refuse(plan: Plan) -> None:
    """Ask about every address that is new or whose contact is archived."""
    emails = {
        key[2]
        for item in plan.wanted
        for key in item.addresses()
        if key[1] == IdentityKind.EMAIL and _in_question(plan, item, key)
    }
    refusals = contact_creation_refusals(actor=plan.actor, emails=emails)
    for item in plan.wanted:
        keys = [key for key in item.addresses() if key[2] in refusals]
        if not keys:
            continue
        reason = refusals[keys[0][2]]
        existing = item.change.record_id is not None or (item.match in plan.holders and item.match not in keys)
        if not existing:
            item.refusal = reason
        elif reason == Refusal.ERASED:
            raise InvalidProperty("email", str(reason.label))


def _in_question(plan: Plan, item: Wanted, key: IdentityKey) -> bool:
    holder = plan.holders.get(key)
    if holder is None:
        return item.change.create or item.change.record_id is not None
    return holder.archived and item.change.record_id is None


def _resolve(plan: Plan) -> None:
    """Give each change its slot: an existing record by id or address, or a new one shared by those of one address."""
    fresh: dict[IdentityKey, Slot] = {}
    for item in plan.wanted:
        if item.refusal is None:
            item.slot = _existing(plan, item) or _new(item, fresh)


def _existing(plan: Plan, item: Wanted) -> Slot | None:
    change = item.change
    if change.record_id is not None:
        if change.record_id not in plan.targets:
            raise RecordNotFound(change.record_id)
        return Slot(change.object_type, plan.targets[change.record_id])
    holder = plan.holders.get(item.match) if item.match else None
    if holder is None and item.main and change.create:
        archived = plan.holders.get(item.main)
        holder = archived if archived and archived.archived else None
    return Slot(change.object_type, holder.record_id) if holder else None


def _new(item: Wanted, fresh: dict[IdentityKey, Slot]) -> Slot | None:
    if item.match and item.match in fresh:
        return fresh[item.match]
    if not item.change.create:
        return None
    slot = Slot(item.change.object_type, is_new=True)
    for key in item.addresses():
        fresh.setdefault(key, slot)
    return slot


def _check(plan: Plan) -> None:
    """Refuse what is known by now to be impossible, while nothing is written."""
    for item in plan.wanted:
        for key in item.addresses():
            holder = plan.holders.get(key)
            if holder and item.slot and holder.record_id != item.slot.record_id and OBJECTS[key[0]].exclusive:
                raise IdentityTaken(holder.record_id)
        for id_ in _named(item):
            if id_ not in plan.targets:
                raise RecordNotFound(id_)


def _number(raw: Any) -> int | None:
    text = str(raw).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


_READ = """
select (select version from crm_schema where account_id = %(account)s),
  (select coalesce(json_agg(json_build_array(
            i.object_type, i.kind, i.value, i.record_id, r.archived_at is not null)), '[]')
     from unnest(%(types)s::text[], %(kinds)s::text[], %(values)s::text[]) k(object_type, kind, value)
     join crm_recordidentity i on i.account_id = %(account)s and i.object_type = k.object_type and i.kind = k.kind
      and i.namespace = '' and i.value = k.value
     join crm_record r on r.id = i.record_id),
  (select coalesce(json_agg(json_build_array(r.id, coalesce(r.merged_into_id, r.id))), '[]')
     from crm_record r where r.account_id = %(account)s and r.id = any(%(asked)s::bigint[])),
  (select coalesce(array_agg(user_id), '{}') from accounts_membership
    where account_id = %(account)s and user_id = any(%(owners)s::bigint[])),
  clock_timestamp()
"""
