"""What is known of a person who is to be erased, and how it is taken out of what stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from django.db import connection
from django.db.models import Q

from accounts.choices import ActorKind
from crm.choices import EventKind, IdentityKind, ObjectType
from crm.models import Association, Event, PropertyChange, Record, RecordIdentity
from crm.objects import ACTIVITIES, display_name, search_text
from crm.services.writing.sql import rows_update
from hubclone.lib.redaction import redaction_pattern, table_redact
from hubclone.lib.text import email_spellings, fold, words

NAMES_MOST = 100


@dataclass(frozen=True, slots=True)
class Person:
    """``record_ids`` go: the record, what was merged into it, activities about nobody else. ``linked_ids`` stay and may
    name them; ``touched_ids`` are all that stay and do have an address or a name in their values."""

    account_id: int
    record_id: int
    record_ids: tuple[int, ...]
    linked_ids: tuple[int, ...]
    touched_ids: tuple[int, ...]
    addresses: tuple[str, ...]
    names: tuple[str, ...]

    def pattern(self, *, with_names: bool = True) -> str:
        """What to look for: addresses anywhere, names only where the person is meant."""
        return redaction_pattern(addresses=self.addresses, names=self.names if with_names else ())


def person_find(*, account_id: int, record_id: int) -> Person | None:
    """Everything about the record that leads to personal data; None when it is not there or was merged away."""
    records = Record.objects.filter(account_id=account_id)
    family = list(records.filter(Q(pk=record_id) | Q(merged_into=record_id)).order_by("pk"))
    if not any(record.pk == record_id and record.merged_into_id is None for record in family):
        return None
    ids = [record.pk for record in family]
    own, linked = _linked(account_id, ids, is_contact=family[0].object_type == ObjectType.CONTACT)
    addresses = _addresses(account_id, ids)
    names = _names(ids, family)
    found = Person(account_id, record_id, tuple(sorted({*ids, *own})), linked, (), addresses, names)
    return _with_touched(found)


def records_hold(account_id: int, ids: Iterable[int]) -> None:
    """Lock records in ascending order against everything, new references included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from crm_record where account_id = %s and id = any(%s) order by id for update",
            [account_id, sorted(set(ids))],
        )


def person_redact(person: Person) -> None:
    """Take addresses out of everything of the account that stays, and names out of what was linked. All is locked."""
    wide = person.pattern(with_names=False)
    near = person.pattern()
    linked = {"linked": list(person.linked_ids)}
    for table, columns, where in _TABLES:
        table_redact(
            table=table, account_id=person.account_id, columns=columns, pattern=near, where=where, values=linked
        )
        table_redact(table=table, account_id=person.account_id, columns=columns, pattern=wide)
    columns, where = {"properties": "jsonb"}, "id = any(%(ids)s)"
    for pattern, ids in ((near, person.linked_ids), (wide, person.touched_ids)):
        table_redact(
            table="crm_record",
            account_id=person.account_id,
            columns=columns,
            pattern=pattern,
            where=where,
            values={"ids": sorted(set(ids) & set(person.touched_ids))},
        )
    _derive(person)


_LINKED = "record_id = any(%(linked)s)"
_TABLES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("crm_propertychange", {"value": "jsonb"}, _LINKED),
    ("crm_timelineentry", {"data": "jsonb"}, f"{_LINKED} or about_id = any(%(linked)s)"),
    ("crm_consent", {"text": "text", "proof": "text"}, _LINKED),
)
_DERIVED = {"id": "bigint", "version": "integer", "display_name": "text", "sort_name": "text", "search": "tsvector"}


def _derive(person: Person) -> None:
    """Names and words to search of the records whose values have changed, and a new version, which the log tells."""
    rows = []
    for record in Record.objects.filter(pk__in=person.touched_ids).order_by("pk"):
        name = display_name(record.object_type, record.properties)
        searched = " ".join(words(search_text(record.object_type, record.properties)))
        rows.append((record.pk, record.version + 1, name, fold(name)[:400], searched[:20_000]))
        Event.objects.create(
            account_id=person.account_id,
            kind=EventKind.RECORD_CHANGED,
            object_type=record.object_type,
            record_id=record.pk,
            version=record.version + 1,
            source_kind=ActorKind.SYSTEM,
        )
    rows_update("crm_record", _DERIVED, rows)


def _linked(account_id: int, ids: Sequence[int], *, is_contact: bool) -> tuple[set[int], tuple[int, ...]]:
    """Activities whose only contact is this one (they are about them), and whatever else is linked."""
    links = Association.objects.filter(account_id=account_id, from_record__in=ids)
    linked = dict(links.values_list("to_record_id", "to_type"))
    if not is_contact:
        return set(), tuple(sorted(linked))
    activities = [id_ for id_, object_type in linked.items() if object_type in ACTIVITIES]
    shared = set(
        Association.objects.filter(account_id=account_id, from_record__in=activities, to_type=ObjectType.CONTACT)
        .exclude(to_record__in=ids)
        .values_list("from_record_id", flat=True)
    )
    own = set(activities) - shared
    return own, tuple(sorted(set(linked) - own))


def _addresses(account_id: int, ids: Sequence[int]) -> tuple[str, ...]:
    """Those that it has, and main ones that it had, unless they are somebody else's by now; each as texts spell it."""
    identities = RecordIdentity.objects.filter(account_id=account_id, kind=IdentityKind.EMAIL)
    own = set(identities.filter(record__in=ids).values_list("value", flat=True))
    former = PropertyChange.objects.filter(account_id=account_id, record__in=ids, name="email", value__isnull=False)
    had = {str(value) for value in former.values_list("value", flat=True)} - own
    others = set(identities.filter(value__in=had).values_list("value", flat=True))
    return tuple(sorted(spelt for address in own | (had - others) for spelt in email_spellings(address)))


def _names(ids: Sequence[int], family: Iterable[Record]) -> tuple[str, ...]:
    """Every full name that it has or had."""
    found = {record.display_name for record in family}
    had: dict[str, set[str]] = {"firstname": set(), "lastname": set()}
    rows = PropertyChange.objects.filter(record__in=ids, name__in=had, value__isnull=False)
    for name, value in rows.values_list("name", "value").distinct():
        had[name].add(str(value))
    pairs = list(product(sorted(had["firstname"]), sorted(had["lastname"])))[:NAMES_MOST]
    return tuple(sorted({name for name in (*found, *(" ".join(pair) for pair in pairs)) if " " in name}))


def _with_touched(person: Person) -> Person:
    with connection.cursor() as cursor:
        cursor.execute(
            """select id from crm_record where account_id = %(account)s and not id = any(%(gone)s)
                and ((%(wide)s <> '' and properties::text ~* %(wide)s)
                  or (%(near)s <> '' and id = any(%(linked)s) and properties::text ~* %(near)s)) order by id""",
            {
                "account": person.account_id,
                "gone": list(person.record_ids),
                "linked": list(person.linked_ids),
                "wide": person.pattern(with_names=False),
                "near": person.pattern(),
            },
        )
        touched = tuple(row[0] for row in cursor.fetchall())
    return replace(person, touched_ids=touched)
