"""Which calendars there are, and who may open them."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import Account
from exchangelib.errors import (
    ErrorAccessDenied,
    ErrorFolderNotFound,
    ErrorItemNotFound,
    ErrorNonExistentMailbox,
)
from exchangelib.properties import DistinguishedFolderId, FolderId, Mailbox
from exchangelib.services import FindItem, GetFolder, GetItem

from sandbox.exchange.testing import ANNA, BEN, ROOM, TEAM, ExchangeControl
from tests.sandbox.exchange.conftest import Open, item, seen


def folder(account: Account, wanted: Any) -> Any:
    """What GetFolder answers for one folder."""
    service = GetFolder(account=account)
    payload = service.get_payload(folders=[wanted], additional_fields=None, shape="AllProperties")
    (answer,) = list(service._get_elements(payload=payload))
    if isinstance(answer, Exception):
        raise answer
    return answer


def calendars(account: Account) -> list[str]:
    """The names of a mailbox's calendars, among its other folders."""
    return sorted(one.name for one in account.root.tois.children if one.CONTAINER_CLASS == "IPF.Appointment")


def calendar_of(email: str) -> DistinguishedFolderId:
    return DistinguishedFolderId(id="calendar", mailbox=Mailbox(email_address=email))


def name_of(answer: Any) -> str:
    return str(answer.findtext("{*}DisplayName"))


def test_a_mailbox_has_its_calendars(anna: Account, exchange: ExchangeControl) -> None:
    exchange.calendar_create(account=ANNA, name="Sport")
    assert calendars(anna) == ["Calendar", "Sport", "Travel"]
    exchange.calendar_rename(calendar=exchange.calendar(ANNA, "Travel"), name="Trips")
    anna.root.clear_cache()
    assert calendars(anna) == ["Calendar", "Sport", "Trips"]


def test_a_calendar_is_found_by_its_id_until_it_is_deleted(anna: Account, exchange: ExchangeControl) -> None:
    travel = exchange.calendar(ANNA, "Travel")
    assert name_of(folder(anna, FolderId(id=travel))) == "Travel"
    exchange.calendar_delete(travel)
    with pytest.raises((ErrorItemNotFound, ErrorFolderNotFound)):
        folder(anna, FolderId(id=travel))


def test_a_shared_calendar_opens_and_no_root_of_its_mailbox(anna: Account) -> None:
    assert name_of(folder(anna, calendar_of(TEAM))) == "Calendar"
    with pytest.raises(ErrorAccessDenied):
        folder(anna, DistinguishedFolderId(id="msgfolderroot", mailbox=Mailbox(email_address=TEAM)))


def test_a_whole_mailbox_opens_with_its_roots(mailbox: Open, exchange: ExchangeControl) -> None:
    exchange.mailbox_access(mailbox=TEAM, account=ANNA)
    item(mailbox(TEAM)).save()
    assert [one[0] for one in seen(mailbox(TEAM))] == ["Meeting"]
    exchange.mailbox_access(mailbox=TEAM, account=ANNA, full=False)
    with pytest.raises(ErrorAccessDenied):
        mailbox(TEAM).root  # noqa: B018 - asked of the server


def test_a_share_is_given_and_withdrawn(anna: Account, exchange: ExchangeControl) -> None:
    with pytest.raises(ErrorAccessDenied):
        folder(anna, calendar_of(BEN))
    exchange.calendar_share(calendar=BEN, account=ANNA, role="reviewer")
    answer = folder(anna, calendar_of(BEN))
    assert answer.findtext("{*}EffectiveRights/{*}Read") == "true"
    assert answer.findtext("{*}EffectiveRights/{*}CreateContents") == "false"
    exchange.calendar_unshare(calendar=BEN, account=ANNA)
    with pytest.raises(ErrorAccessDenied):
        folder(anna, FolderId(id=answer.find("{*}FolderId").get("Id")))


@pytest.mark.parametrize("error", [ErrorAccessDenied, ErrorItemNotFound, ErrorFolderNotFound])
def test_a_withdrawn_share_is_refused_as_ordered(anna: Account, exchange: ExchangeControl, error: type) -> None:
    exchange.calendar_unshare(calendar=TEAM, account=ANNA, error=error.__name__)
    with pytest.raises(error):
        folder(anna, calendar_of(TEAM))


def test_who_sees_nothing_is_told_that_there_is_nothing(anna: Account, exchange: ExchangeControl) -> None:
    exchange.calendar_share(calendar=ROOM, account="default", role="none")
    with pytest.raises(ErrorItemNotFound):
        folder(anna, calendar_of(ROOM))
    with pytest.raises(ErrorNonExistentMailbox):
        folder(anna, calendar_of("nobody@corp.example"))


def test_items_of_others_are_kept_from_who_may_not_see_them(anna: Account, exchange: ExchangeControl) -> None:
    made = exchange.event_create(calendar=BEN, start="2026-03-02T09:00:00Z", end="2026-03-02T10:00:00Z")
    with pytest.raises(ErrorAccessDenied):
        list(GetItem(account=anna).call(items=[(made["id"], None)], additional_fields=None, shape="IdOnly"))


def test_a_reader_writes_nothing(anna: Account, exchange: ExchangeControl) -> None:
    exchange.calendar_share(calendar=TEAM, account=ANNA, role="reviewer")
    made = exchange.event_create(calendar=TEAM, start="2026-03-02T09:00:00Z", end="2026-03-02T10:00:00Z")
    with pytest.raises(ErrorAccessDenied):
        anna.bulk_delete([(made["id"], None)], send_meeting_cancellations="SendToNone")


def test_a_private_item_hides_from_delegates(anna: Account, exchange: ExchangeControl) -> None:
    times = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z"}
    exchange.event_create(calendar=TEAM, subject="Salaries", sensitivity="Private", location="HR", **times)
    team = exchange.calendar(TEAM)
    service = FindItem(account=anna)
    found = service.call(
        folders=[FolderId(id=team)],
        additional_fields=None,
        restriction=None,
        order_fields=None,
        shape="Default",
        query_string=None,
        depth="Shallow",
        calendar_view=None,
        max_items=None,
        offset=0,
    )
    assert [(one.subject, one.location) for one in found] == [("Private Appointment", None)]
