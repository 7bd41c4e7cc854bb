"""What moves from one record to another; both are locked, so that nobody adds to the one meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.actor import Actor
from crm.builtin_associations import ONE_AT_MOST
from crm.models import Association
from crm.services.writing.links import LinkMade
from crm.services.writing.plan import Plan
from crm.services.writing.rows import events_insert
from crm.services.writing.schema import AccountSchema

Link = tuple[int, int, int]
"""From, to, type."""

_ASSOCIATIONS = (
    # A link between the two would lead from the winner to itself.
    """delete from crm_association where account_id = %(account)s
        and ((from_record_id = %(loser)s and to_record_id = %(winner)s)
          or (from_record_id = %(winner)s and to_record_id = %(loser)s))""",
    # The winner's primary company stays the one; the other goes on as a plain link.
    """delete from crm_association a using crm_association b, crm_association w
        where a.account_id = %(account)s and b.account_id = %(account)s and w.account_id = %(account)s
          and b.from_record_id = %(loser)s and b.type_id = any(%(single)s)
          and w.from_record_id = %(winner)s and w.type_id = b.type_id
          and a.from_record_id = b.to_record_id and a.to_record_id = %(loser)s
          and a.type_id = (select t.inverse_type_id from crm_associationtype t where t.account_id = %(account)s
                            and t.type_id = b.type_id limit 1)""",
    """delete from crm_association a using crm_association w
        where a.account_id = %(account)s and a.from_record_id = %(loser)s and a.type_id = any(%(single)s)
          and w.account_id = %(account)s and w.from_record_id = %(winner)s and w.type_id = a.type_id""",
    """update crm_association a set from_record_id = %(winner)s
        where a.account_id = %(account)s and a.from_record_id = %(loser)s
          and not exists (select 1 from crm_association b where b.account_id = a.account_id
                           and b.from_record_id = %(winner)s and b.to_record_id = a.to_record_id
                           and b.type_id = a.type_id)""",
    """update crm_association a set to_record_id = %(winner)s
        where a.account_id = %(account)s and a.to_record_id = %(loser)s
          and not exists (select 1 from crm_association b where b.account_id = a.account_id
                           and b.to_record_id = %(winner)s and b.from_record_id = a.from_record_id
                           and b.type_id = a.type_id)""",
    """delete from crm_association where account_id = %(account)s
        and (from_record_id = %(loser)s or to_record_id = %(loser)s)""",
)
_TIMELINE = (
    """delete from crm_timelineentry a using crm_timelineentry b
        where a.account_id = %(account)s and a.record_id = %(loser)s and b.account_id = a.account_id
          and b.record_id = %(winner)s and b.kind = a.kind and b.key = a.key""",
    """update crm_timelineentry set record_id = %(winner)s where account_id = %(account)s and record_id = %(loser)s""",
    """update crm_timelineentry set about_id = case when record_id = %(winner)s then null else %(winner)s end
        where account_id = %(account)s and about_id in (%(loser)s, %(winner)s)
          and (about_id = %(loser)s or record_id = %(winner)s)""",
)
_CONSENTS = (
    """delete from crm_consent a using crm_consent b
        where a.account_id = %(account)s and a.record_id = %(loser)s and a.key <> '' and b.account_id = a.account_id
          and b.record_id = %(winner)s and b.key = a.key""",
    """update crm_consent set record_id = %(winner)s where account_id = %(account)s and record_id = %(loser)s""",
)


def links_read(*, account_id: int, ids: Collection[int]) -> set[Link]:
    """Every direction of every link of these records."""
    links = Association.objects.filter(Q(from_record__in=ids) | Q(to_record__in=ids), account_id=account_id)
    return set(links.values_list("from_record_id", "to_record_id", "type_id"))


def links_tell(*, actor: Actor, before: set[Link], after: set[Link], held: Mapping[int, tuple[Any, ...]]) -> None:
    """One row of the log for each direction that went or came; ``held`` are the locked records at every end."""
    plan = Plan(actor, [], AccountSchema(None, {}, {}), {}, {}, dt.datetime.now(dt.UTC))
    told = [
        LinkMade(held[link[0]][1], *link, version=held[link[0]][3], removed=removed)
        for links, removed in ((before - after, True), (after - before, False))
        for link in sorted(links)
    ]
    events_insert(plan, [], {}, told)


def associations_move(*, account_id: int, winner_id: int, loser_id: int) -> None:
    """Both directions of each link; one that the winner has already is not doubled."""
    _run(_ASSOCIATIONS, account_id, winner_id, loser_id)


def timeline_move(*, account_id: int, winner_id: int, loser_id: int) -> None:
    """Entries on the loser and entries about it; where both tell of the same thing, the winner's telling stays."""
    _run(_TIMELINE, account_id, winner_id, loser_id)


def consents_move(*, account_id: int, winner_id: int, loser_id: int) -> None:
    """Every statement, each once."""
    _run(_CONSENTS, account_id, winner_id, loser_id)


def _run(statements: tuple[str, ...], account_id: int, winner_id: int, loser_id: int) -> None:
    values: dict[str, Any] = {
        "account": account_id,
        "winner": winner_id,
        "loser": loser_id,
        "single": sorted(ONE_AT_MOST),
    }
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
