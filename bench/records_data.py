"""An account of 20,000 contacts, one of whom has a long history; made once by COPY and kept."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from accounts.models import Account, User
from accounts.services.accounts import account_create
from crm.models import Record

ACCOUNT_NAME = "Bench: records"
EMAIL = "records@bench.test"
CONTACTS = 20_000
HISTORY, ENTRIES, LINKS = 200, 200, 10
_NOW = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)


@dataclass(frozen=True)
class RecordsData:
    """``contact_id`` has the history; ``ids`` are all contacts."""

    account: Account
    user: User
    contact_id: int
    ids: list[int]


def records_data() -> RecordsData:
    """The data set, made if it is not there whole."""
    user, _made = User.objects.get_or_create(email=EMAIL, defaults={"name": "Records Bench"})
    account = Account.objects.filter(name=ACCOUNT_NAME).first() or account_create(name=ACCOUNT_NAME, owner=user)
    ids = _contacts(account)
    if len(ids) < CONTACTS:
        with transaction.atomic():
            _fill(account, user)
        _analyze()
        ids = _contacts(account)
    return RecordsData(account, user, ids[0], ids)


def _contacts(account: Account) -> list[int]:
    rows = Record.objects.filter(account=account, object_type="contact", archived_at=None).order_by("id")
    return list(rows.values_list("id", flat=True))


def _fill(account: Account, user: User) -> None:
    Record.objects.filter(account=account).delete()
    _copy_contacts(account, user)
    first = _contacts(account)[0]
    companies = _copy_related(account, "company", LINKS, lambda n: {"name": f"Company {n}"})
    notes = _copy_related(account, "note", ENTRIES, lambda n: {"hs_note_body": f"<p>Note number {n}.</p>"})
    _copy(
        "crm_association",
        ("account_id", "from_record_id", "to_record_id", "to_type", "type_id"),
        [
            *((account.pk, first, pk, "company", 279) for pk in companies),
            *((account.pk, pk, first, "contact", 280) for pk in companies),
        ],
    )
    _copy(
        "crm_timelineentry",
        ("account_id", "record_id", "kind", "key", "occurred_at", "data", "about_id", "source_kind", "source_id")
        + ("source_label",),
        [
            (account.pk, first, "note", f"note-{n}", _at(n), "{}", pk, "user", user.pk, "Records Bench")
            for n, pk in enumerate(notes)
        ],
    )
    _copy(
        "crm_propertychange",
        ("account_id", "record_id", "name", "value", "version", "source_kind", "source_id", "source_label")
        + ("changed_at",),
        [
            (account.pk, first, name, json.dumps(f"{name} {n}"), n, "user", user.pk, "Records Bench", _at(n))
            for n in range(1, HISTORY + 1)
            for name in ("firstname", "phone")
        ],
    )


def _copy_contacts(account: Account, user: User) -> None:
    rows = []
    for n in range(CONTACTS):
        values = {
            "firstname": f"First{n}",
            "lastname": f"Last{n % 977}",
            "email": f"person{n}@example.com",
            "phone": f"+48 600 {n:06}",
            "company": f"Company {n % 61}",
            "jobtitle": "Buyer",
            "lifecyclestage": "lead",
            "hubspot_owner_id": str(user.pk),
        }
        rows.append(_record(account, "contact", values, f"First{n} Last{n % 977}", user.pk))
    _copy("crm_record", _RECORD, rows)


def _copy_related(account: Account, kind: str, count: int, values: Any) -> list[int]:
    _copy(
        "crm_record",
        _RECORD,
        [_record(account, kind, values(n), values(n).get("name", ""), None) for n in range(count)],
    )
    return list(Record.objects.filter(account=account, object_type=kind).order_by("id").values_list("id", flat=True))


_RECORD = ("account_id", "object_type", "properties", "version", "display_name", "sort_name", "owner_id")


def _record(account: Account, kind: str, values: dict[str, str], name: str, owner: int | None) -> Sequence[Any]:
    return (account.pk, kind, json.dumps(values), 1, name, name.lower(), owner)


def _at(n: int) -> str:
    return (_NOW - dt.timedelta(hours=n % 100, minutes=n)).isoformat()


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    lines = ("\t".join("\\N" if value is None else str(value) for value in row) + "\n" for row in rows)
    with connection.cursor() as cursor:
        cursor.copy_from(io.StringIO("".join(lines)), table, columns=columns)


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze crm_record, crm_association, crm_timelineentry, crm_propertychange")
