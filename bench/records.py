"""The one write path in batches, against the same rows by one set-based statement."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from accounts.actor import Actor
from accounts.choices import ActorKind
from bench.figures import Figure
from bench.records_data import RecordsData, records_data
from crm.models import Event, PropertyChange
from crm.services.records import RecordChange, records_write
from hubclone.lib.text import fold, words

BATCH, BATCHES, WARM = 500, 16, 2
NAMES = (
    "firstname",
    "lastname",
    "phone",
    "mobilephone",
    "jobtitle",
    "company",
    "website",
    "address",
    "city",
    "country",
)


def run() -> Iterator[Figure]:
    """Records a second, medians of batches taken in turn; what they wrote to history and log goes at the end."""
    data = records_data()
    actor = Actor(data.account.pk, ActorKind.IMPORT, "1", "bench")
    kept = [
        model.objects.order_by("-id").values_list("id", flat=True).first() or 0 for model in (PropertyChange, Event)
    ]
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(BATCHES + WARM):
        ids = data.ids[1 + number * BATCH :][:BATCH]
        for at, write in enumerate((_ours(actor), _raw(data))):
            values = [_values(number, at, n) for n in range(BATCH)]
            begin = time.perf_counter()
            write(ids, values)
            if number >= WARM:
                times[at].append(time.perf_counter() - begin)
    PropertyChange.objects.filter(account=data.account, id__gt=kept[0]).delete()
    Event.objects.filter(account=data.account, id__gt=kept[1]).delete()
    value, limit = (BATCH / statistics.median(taken) for taken in times)
    yield Figure("records", "write", round(value, 1), "records/s", limit, value / limit, ">= 0.5")


Write = Callable[[list[int], list[dict[str, Any]]], None]


def _ours(actor: Actor) -> Write:
    def write(ids: list[int], values: list[dict[str, Any]]) -> None:
        changes = [RecordChange("contact", one, record_id=id_) for id_, one in zip(ids, values, strict=True)]
        assert all(result.changed for result in records_write(actor=actor, changes=changes))

    return write


def _raw(data: RecordsData) -> Write:
    def write(ids: list[int], values: list[dict[str, Any]]) -> None:
        names = [f"{one['firstname']} {one['lastname']}" for one in values]
        found = [
            " ".join(words(f"{name} {one['company']} {one['phone']}")) for name, one in zip(names, values, strict=True)
        ]
        arrays: list[Any] = [ids, [json.dumps(one) for one in values], names, [fold(name) for name in names], found]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_RAW, [*arrays, *[data.account.pk] * 2])
            assert cursor.rowcount == len(ids)

    return write


def _values(batch: int, at: int, n: int) -> dict[str, Any]:
    """Ten values that are nowhere yet."""
    return {name: f"{name} {time.time_ns() % 10**9} {batch}-{at}-{n}" for name in NAMES}


_RAW = """
with v as (select * from unnest(%s::bigint[], %s::jsonb[], %s::text[], %s::text[], %s::text[])
             v(id, properties, name, sort_name, found)),
 changed as (
  update crm_record r set properties = r.properties || v.properties, version = r.version + 1, display_name = v.name,
         sort_name = v.sort_name, search = to_tsvector('simple', v.found), updated_at = now()
    from v where r.id = v.id returning r.id, r.version),
 history as (
  insert into crm_propertychange
        (account_id, record_id, name, value, version, source_kind, source_id, source_label, changed_at)
  select %s, v.id, p.key, p.value, changed.version, 'import', '1', 'bench', now()
    from v join changed using (id) cross join lateral jsonb_each(v.properties) p
  returning id, record_id)
insert into crm_event
      (account_id, kind, object_type, record_id, version, change_ids, source_kind, source_id, occurred_at)
select %s, 'record.changed', 'contact', changed.id, changed.version, ids.ids, 'import', '1', now()
  from changed
  join (select record_id, array_agg(id) ids from history group by record_id) ids on ids.record_id = changed.id
"""
