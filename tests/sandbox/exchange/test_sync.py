"""``SyncFolderItems``: nothing is lost, nothing comes twice, and old states are refused."""

from __future__ import annotations

import pytest
from exchangelib import Account
from exchangelib.errors import ErrorInvalidSyncStateData
from exchangelib.properties import FolderId
from exchangelib.services import SyncFolderItems

from sandbox.exchange.testing import ANNA, ExchangeControl
from tests.sandbox.exchange.conftest import Open, item

TIMES = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z"}


def changes(account: Account) -> list[tuple[str, str]]:
    """``(kind, subject or id)`` since the folder's state, page by page."""
    return [(kind, getattr(one, "subject", None) or one.id) for kind, one in account.calendar.sync_items()]


def test_changes_come_once_and_in_order(anna: Account) -> None:
    assert changes(anna) == []
    first, second = item(anna, subject="First"), item(anna, subject="Second")
    first.save()
    second.save()
    assert changes(anna) == [("create", "First"), ("create", "Second")]
    assert changes(anna) == []
    first.subject = "Changed"
    first.save(update_fields=["subject"])
    gone = second.id
    second.delete()
    assert changes(anna) == [("update", "Changed"), ("delete", gone)]


def test_what_came_and_went_between_is_not_told(anna: Account) -> None:
    assert changes(anna) == []
    passing = item(anna)
    passing.save()
    passing.delete()
    assert changes(anna) == []


def test_a_series_is_told_by_its_master_alone(anna: Account, exchange: ExchangeControl) -> None:
    made = exchange.event_create(calendar=ANNA, subject="Weekly", rrule="FREQ=WEEKLY;BYDAY=MO", **TIMES)
    ((_, master),) = anna.calendar.sync_items()
    assert (master.type, master.id) == ("RecurringMaster", made["id"])
    exchange.event_update(id=made["id"], occurrence="2026-03-09T09:00:00Z", subject="Other")
    ((kind, master),) = anna.calendar.sync_items()
    assert (kind, master.type, len(master.modified_occurrences)) == ("update", "RecurringMaster", 1)


def test_nothing_is_lost_between_pages(anna: Account, exchange: ExchangeControl) -> None:
    exchange.events_bulk(calendar=ANNA, count=25)
    service = SyncFolderItems(account=anna)
    found: list[str] = []
    state, rounds = None, 0
    while True:
        page = service.call(
            folder=FolderId(id=exchange.calendar(ANNA)),
            shape="IdOnly",
            additional_fields=None,
            sync_state=state,
            ignore=None,
            max_changes_returned=10,
            sync_scope=None,
        )
        found += [one.id for _, one in page]
        state, rounds = service.sync_state, rounds + 1
        if rounds == 1:
            late = exchange.event_create(calendar=ANNA, subject="Late", **TIMES)
            exchange.event_update(id=found[0], subject="Moved behind")
        if service.includes_last_item_in_range:
            break
    assert rounds == 3
    assert len(found) == 27
    assert len(set(found)) == 26
    assert late["id"] in found


def test_a_stale_or_foreign_state_is_refused(anna: Account, mailbox: Open, exchange: ExchangeControl) -> None:
    changes(anna)
    kept = anna.calendar.item_sync_state
    exchange.expire_sync_state(ANNA)
    with pytest.raises(ErrorInvalidSyncStateData):
        changes(anna)
    ben = mailbox("ben@corp.example", user="CORP\\ben")
    for state in (kept, "bm9uc2Vuc2U=", "?"):
        ben.calendar.item_sync_state = state
        with pytest.raises(ErrorInvalidSyncStateData):
            changes(ben)
    anna.calendar.item_sync_state = None
    assert changes(anna) == []
