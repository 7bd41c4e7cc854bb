"""Free and busy: mailbox by mailbox, in the caller's zone."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from exchangelib import Account, EWSDateTime, EWSTimeZone
from exchangelib.errors import ErrorMailRecipientNotFound, ErrorNoFreeBusyAccess, ErrorTimeIntervalTooBig

from sandbox.exchange.testing import ANNA, BEN, ROOM, TEAM, ExchangeControl
from tests.sandbox.exchange.conftest import UTC, at


def asked(
    account: Account, *emails: str, start: Any = None, end: Any = None, view: str = "DetailedMerged"
) -> list[Any]:
    found = account.protocol.get_free_busy_info(
        accounts=[(email, "Required", False) for email in emails],
        start=start or at(2),
        end=end or at(3),
        merged_free_busy_interval=60,
        requested_view=view,
    )
    return list(found)


def test_each_mailbox_answers_for_itself(anna: Account, exchange: ExchangeControl) -> None:
    times = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:30:00Z"}
    exchange.event_create(calendar=TEAM, subject="Seen", **times)
    exchange.event_create(calendar=BEN, subject="Hidden", free_busy="OOF", **times)
    exchange.calendar_share(calendar=ROOM, account="default", role="none")
    team, ben, nobody = asked(anna, TEAM, BEN, "nobody@corp.example")
    assert team.view_type == "DetailedMerged"
    assert team.merged == "0" * 9 + "22" + "0" * 13
    assert [one.details.subject for one in team.calendar_events] == ["Seen"]
    assert ben.view_type == "FreeBusyMerged"
    assert [(one.start, one.end, one.busy_type, one.details) for one in ben.calendar_events] == [
        (at(2, 9), at(2, 10, 30), "OOF", None)
    ]
    assert isinstance(nobody, ErrorMailRecipientNotFound)
    with pytest.raises(ErrorNoFreeBusyAccess):
        asked(anna, ROOM)


def test_free_time_and_declined_meetings_are_no_events(anna: Account, exchange: ExchangeControl) -> None:
    exchange.event_create(calendar=ANNA, free_busy="Free", start="2026-03-02T09:00:00Z", end="2026-03-02T10:00:00Z")
    (mine,) = asked(anna, ANNA)
    assert (mine.calendar_events, mine.merged) == (None, "0" * 24)


def test_series_are_unrolled(anna: Account, exchange: ExchangeControl) -> None:
    made = exchange.event_create(
        calendar=ANNA, start="2026-03-02T09:00:00Z", end="2026-03-02T10:00:00Z", rrule="FREQ=DAILY;COUNT=3", zone="UTC"
    )
    exchange.event_delete(id=made["id"], occurrence="2026-03-03T09:00:00Z")
    (mine,) = asked(anna, ANNA, end=at(9))
    assert [one.start for one in mine.calendar_events] == [at(2, 9), at(4, 9)]
    assert all(one.details.is_recurring for one in mine.calendar_events)


def test_times_are_of_the_zone_that_was_asked_for(anna: Account, exchange: ExchangeControl) -> None:
    for day in ("2026-03-28", "2026-03-30"):
        exchange.event_create(calendar=ANNA, start=f"{day}T09:00:00Z", end=f"{day}T10:00:00Z")
    for name in ("Europe/Warsaw", "America/New_York", "Asia/Kolkata"):
        zone = EWSTimeZone(name)
        start, end = (EWSDateTime(2026, 3, day, tzinfo=zone) for day in (28, 31))
        (mine,) = asked(anna, ANNA, start=start, end=end)
        assert [one.start.astimezone(UTC) for one in mine.calendar_events] == [at(28, 9), at(30, 9)], name


def test_a_window_has_its_limit(anna: Account, exchange: ExchangeControl) -> None:
    (mine,) = asked(anna, ANNA, start=at(1), end=at(1) + datetime.timedelta(days=62))
    assert not isinstance(mine, Exception)
    with pytest.raises(ErrorTimeIntervalTooBig):
        asked(anna, ANNA, start=at(1), end=at(1) + datetime.timedelta(days=63))
    exchange.version("2010 SP2")
    with pytest.raises(ErrorTimeIntervalTooBig):
        asked(anna, ANNA, start=at(1), end=at(1) + datetime.timedelta(days=43))


def test_zones_are_told_with_their_rules(anna: Account) -> None:
    names = [EWSTimeZone(name) for name in ("Europe/Warsaw", "UTC")]
    warsaw, utc = anna.protocol.get_timezones(timezones=names, return_full_timezone_data=True)
    assert (warsaw.id, utc.id) == ("Central European Standard Time", "UTC")
    standard, daylight, _ = warsaw.get_std_and_dst(for_year=2026)
    assert (standard.bias, daylight.bias) == (0, -60)
    assert (standard.iso_month, daylight.iso_month) == (10, 3)
    assert len(list(anna.protocol.get_timezones())) > 20
