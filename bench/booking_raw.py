"""The reference of ``booking.rate``: the rows of one booking, read back and written again in raw SQL.

Each table is one INSERT, all in one transaction, with only what is unique changed. No check, and no lock but the
constraint's own.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
import uuid
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg2 import connect
from psycopg2.extensions import connection as RawConnection
from psycopg2.extras import DateTimeTZRange, Json

from bench.booking_data import MINUTES, slot_of

Row = dict[str, Any]
_JSONB = 3802
_LINKS = {"record_id", "from_record_id", "to_record_id", "about_id", "contact_id", "meeting_id", "booking_id"}


class RawBookings:
    """Reads the rows that ``booking_id`` made when it is built; ``write`` is called from many threads."""

    def __init__(self, booking_id: int) -> None:
        (self.booking,) = _rows("select * from calendars_booking where id = %s", booking_id)
        records = [self.booking["contact_id"], self.booking["meeting_id"]]
        self.records = _rows("select * from crm_record where id = any(%s) order by id", records)
        self.of_records = {
            table: _rows(f"select * from {table} where {column} = any(%s) order by id", records)
            for table, column in (
                ("crm_recordidentity", "record_id"),
                ("crm_propertychange", "record_id"),
                ("crm_association", "from_record_id"),
                ("crm_timelineentry", "record_id"),
                ("crm_event", "record_id"),
            )
        }
        self.of_booking = {
            "calendars_reservation": _rows("select * from calendars_reservation where booking_id = %s", booking_id),
            "calendars_calendarjob": _rows(
                "select * from calendars_calendarjob where payload->>'booking_id' = %s", str(booking_id)
            ),
            "accounts_auditentry": _rows(
                "select * from accounts_auditentry where target_kind = 'booking' and target_id = %s", str(booking_id)
            ),
        }
        assert all(self.of_records.values())
        assert all(self.of_booking.values())
        self._local = threading.local()

    def write(self, host_id: int, slot: int) -> None:
        """One booking of a host at a slot."""
        raw = self._connection()
        start = slot_of(slot)
        during = DateTimeTZRange(start, start + dt.timedelta(minutes=MINUTES))
        with raw, raw.cursor() as cursor:
            new = _insert(cursor, "crm_record", self.records, {})
            ids = dict(zip([row["id"] for row in self.records], new, strict=True))
            for table, rows in self.of_records.items():
                _insert(cursor, table, rows, ids)
            own = {"starts_at": during.lower, "ends_at": during.upper, "idempotency_key": uuid.uuid4().hex}
            (booking_id,) = _insert(cursor, "calendars_booking", [{**self.booking, **own}], ids)
            for table, rows in self.of_booking.items():
                more = {"during": during, "host_id": host_id} if table == "calendars_reservation" else {}
                _insert(cursor, table, [{**row, **more} for row in rows], {self.booking["id"]: booking_id})

    def _connection(self) -> RawConnection:
        if not hasattr(self._local, "connection"):
            values = settings.DATABASES["default"]
            self._local.connection = connect(
                host=values["HOST"],
                port=values["PORT"],
                user=values["USER"],
                password=values["PASSWORD"],
                dbname=values["NAME"],
            )
        return self._local.connection  # type: ignore[no-any-return]


def _insert(cursor: Any, table: str, rows: list[Row], ids: dict[int, int]) -> list[int]:
    columns = [name for name in rows[0] if name != "id"]
    one = f"({', '.join(['%s'] * len(columns))})"
    values = [_value(name, row[name], ids) for row in rows for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(f"insert into {table} ({names}) values {', '.join([one] * len(rows))} returning id", values)
    return [row[0] for row in cursor.fetchall()]


def _value(name: str, value: Any, ids: dict[int, int]) -> Any:
    if name in _LINKS:
        return ids.get(value, value)
    if name in {"uid", "key"}:
        return str(uuid.uuid4())
    if name == "value" and isinstance(value, str):
        return f"{uuid.uuid4().hex}@example.com"
    return value


def _rows(query: str, parameter: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, [parameter])
        columns = [(column.name, column.type_code) for column in cursor.description]
        return [
            {name: _loaded(type_code, value) for (name, type_code), value in zip(columns, row, strict=True)}
            for row in cursor.fetchall()
        ]


def _loaded(type_code: int, value: Any) -> Any:
    """Django leaves jsonb as text; it goes back as it came."""
    return Json(json.loads(value)) if type_code == _JSONB and value is not None else value
