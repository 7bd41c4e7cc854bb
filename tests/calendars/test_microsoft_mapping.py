"""Graph's shapes and ours."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calendars.providers.microsoft import mapping, webhooks
from calendars.providers.protocol import Attendee, EventDraft, EventPart, Interval, PushNews
from calendars.providers.windows_zones import windows_name, zone_named

WARSAW = ZoneInfo("Europe/Warsaw")


def item(**more: Any) -> dict[str, Any]:
    """A single event from ten to eleven."""
    return {
        "id": "AAMk1",
        "type": "singleInstance",
        "subject": "Intro",
        "start": {"dateTime": "2027-03-01T10:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2027-03-01T11:00:00.0000000", "timeZone": "UTC"},
        "showAs": "busy",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": True,
        "responseStatus": {"response": "organizer"},
        "lastModifiedDateTime": "2026-11-23T00:30:00.1234567Z",
        **more,
    }


def draft(**more: Any) -> EventDraft:
    """A meeting in Warsaw."""
    starts_at = dt.datetime(2027, 7, 1, 8, tzinfo=dt.UTC)
    given: dict[str, Any] = {
        "calendar_remote_id": "c",
        "uid": uuid.UUID(int=7),
        "summary": "Intro",
        "interval": Interval(starts_at, starts_at + dt.timedelta(minutes=30)),
        "time_zone": "Europe/Warsaw",
        "attendees": (Attendee("guest@example.test", "Zoë"),),
        "private": {"hubclone_booking": "17"},
        **more,
    }
    return EventDraft(**given)


@pytest.mark.spec("C3")
@pytest.mark.parametrize(
    ("changed", "blocks"),
    [
        ({}, True),
        ({"showAs": "tentative"}, True),
        ({"showAs": "oof"}, True),
        ({"showAs": "unknown"}, True),
        ({"showAs": "free"}, False),
        ({"showAs": "workingElsewhere"}, False),
        ({"responseStatus": {"response": "declined"}}, False),
        ({"responseStatus": {"response": "tentativelyAccepted"}, "isOrganizer": False}, True),
        ({"isCancelled": True}, False),
        ({"end": {"dateTime": "2027-03-01T10:00:00.0000000", "timeZone": "UTC"}}, False),
    ],
)
def test_what_blocks_its_owner(changed: dict[str, Any], blocks: bool) -> None:
    assert mapping.event_from(item(**changed), WARSAW).blocks is blocks


@pytest.mark.spec("C3", "C24")
@pytest.mark.parametrize("zone", ["UTC", "Central European Standard Time"])
def test_an_all_day_event_is_a_day_of_the_calendars_zone_whatever_zone_it_is_told_in(zone: str) -> None:
    days = {
        "isAllDay": True,
        "start": {"dateTime": "2027-03-28T00:00:00.0000000", "timeZone": zone},
        "end": {"dateTime": "2027-03-29T00:00:00.0000000", "timeZone": zone},
    }
    found = mapping.event_from(item(**days), WARSAW)
    starts_at = dt.datetime(2027, 3, 27, 23, tzinfo=dt.UTC)
    assert found.interval == Interval(starts_at, starts_at + dt.timedelta(hours=23)), "the day that the clocks change"


@pytest.mark.parametrize("zone", ["W. Europe Standard Time", "Europe/Berlin"])
def test_a_time_in_a_zone_of_windows_or_of_the_database_is_understood(zone: str) -> None:
    value = {"dateTime": "2027-07-01T10:00:00.0000000", "timeZone": zone}
    assert mapping.instant(value) == dt.datetime(2027, 7, 1, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize("name", ["Customized Time Zone", "tzone://Microsoft/Custom", "", "../etc/passwd"])
def test_a_zone_that_nobody_knows_is_utc(name: str) -> None:
    assert zone_named(name) == dt.UTC


def test_zones_have_their_windows_names() -> None:
    assert windows_name("Europe/Warsaw") == "Central European Standard Time"
    assert zone_named("Central European Standard Time") == WARSAW
    assert windows_name("Nowhere/Nowhere") == ""


@pytest.mark.spec("C3")
def test_an_occurrence_is_as_its_series_but_for_its_times() -> None:
    master = item(id="series", type="seriesMaster", showAs="free", subject="Stand-up", sensitivity="private")
    bare = {
        "id": "o1",
        "type": "occurrence",
        "seriesMasterId": "series",
        "start": item()["start"],
        "end": item()["end"],
    }
    found = mapping.event_from(bare, WARSAW, master)
    assert (found.remote_id, found.summary, found.blocks, found.is_private) == ("o1", "Stand-up", False, True)


@pytest.mark.spec("C5")
def test_rooms_are_no_people_and_who_invites_is_one() -> None:
    found = mapping.event_from(
        item(
            isOrganizer=False,
            organizer={"emailAddress": {"address": "Ola@example.test", "name": "Ola"}},
            attendees=[
                {"type": "required", "emailAddress": {"address": "a@example.test", "name": "A"}},
                {
                    "type": "optional",
                    "emailAddress": {"address": "b@example.test"},
                    "status": {"response": "declined"},
                },
                {"type": "resource", "emailAddress": {"address": "room@example.test"}},
                {"type": "required", "emailAddress": {"name": "No address"}},
            ],
        ),
        WARSAW,
    )
    assert found.attendees == (
        Attendee("a@example.test", "A"),
        Attendee("b@example.test", "", has_declined=True),
        Attendee("Ola@example.test", "Ola"),
    )


@pytest.mark.spec("C8")
def test_what_is_removed_may_only_have_left_the_window() -> None:
    found = mapping.removed_from({"id": "x", "@removed": {"reason": "deleted"}})
    assert (found.is_cancelled, found.has_left, found.blocks) == (True, True, False)


def test_times_of_changes_sort_as_text() -> None:
    texts = ["2026-11-23T00:30:00Z", "2026-11-23T00:30:00.1Z", "2026-11-23T00:30:00.12Z", "2026-11-23T00:30:01Z"]
    told = [mapping.modified_text(text) for text in texts]
    assert told == sorted(told)
    assert {len(text) for text in told} == {28}
    assert mapping.modified_text("") == ""


@pytest.mark.spec("C21")
def test_a_draft_is_in_its_own_zone_and_carries_what_is_ours() -> None:
    body = mapping.event_body(draft(), "teamsForBusiness")
    assert body["start"] == {"dateTime": "2027-07-01T10:00:00", "timeZone": "Central European Standard Time"}
    assert body["transactionId"].endswith(str(uuid.UUID(int=7)))
    assert (body["isOnlineMeeting"], body["onlineMeetingProvider"]) == (True, "teamsForBusiness")
    again = mapping.event_from({**item(), **body, "id": "AAMk2", "start": item()["start"]}, WARSAW)
    assert (again.private, again.draft_uid) == ({"hubclone_booking": "17"}, str(uuid.UUID(int=7)))
    assert "isOnlineMeeting" not in mapping.event_body(draft(), "")
    assert mapping.event_body(draft(invite=False), "")["attendees"] == []


@pytest.mark.spec("C24")
@pytest.mark.parametrize("minute", [0, 30, 60, 90])
def test_the_hour_that_comes_twice_is_written_in_utc(minute: int) -> None:
    starts_at = dt.datetime(2027, 10, 31, 0, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
    body = mapping.times_body(draft(interval=Interval(starts_at, starts_at + dt.timedelta(minutes=30))))
    assert mapping.instant(body["start"]) == starts_at
    assert body["start"]["timeZone"] == "UTC"


CALL = "https://teams.example/l/meetup-join/19"
LINE = "_" * 60
JOINS = f'<div class="x"><span>{LINE}</span></div><div><a href="{CALL}?c=1">Join</a></div><div>{LINE}</div></body>'


def online(content: str) -> dict[str, Any]:
    """What is written to say “Bring tea” on an event with a call."""
    given = item(
        isOnlineMeeting=True,
        onlineMeeting={"joinUrl": f"{CALL}?c=1"},
        body={"contentType": "html", "content": content},
        location={"displayName": "Spotkanie w aplikacji Microsoft Teams"},
    )
    event = mapping.event_from(given, WARSAW)
    assert event.location == "", "that is the call, no place"
    return mapping.parts_body(draft(description="Bring tea"), {EventPart.DESCRIPTION}, given, event)


@pytest.mark.spec("C6")
def test_how_to_join_a_call_stays_below_a_new_description() -> None:
    found = online(f"<html><body><div>Bring cake {LINE} now</div>{JOINS}")["body"]
    assert found == {"contentType": "html", "content": f"<p>Bring tea</p>{JOINS}"}
    assert online(f"<html><body><p>Bring  tea</p>{JOINS}") == {}, "as it is already"
    assert online(f'<p>Bring cake</p><a href="{CALL}?c=1">Join</a>') == {}, "nobody can tell where the call begins"
    assert online("<p>Bring cake</p>")["body"] == {"contentType": "text", "content": "Bring tea"}


def test_a_transaction_of_another_program_is_not_ours() -> None:
    assert mapping.event_from(item(transactionId=str(uuid.uuid4())), WARSAW).draft_uid == ""


@pytest.mark.parametrize(
    ("allowed", "kind"),
    [
        (["skypeForConsumer", "teamsForBusiness"], "teamsForBusiness"),
        (["skypeForConsumer"], "skypeForConsumer"),
        (["unknown"], ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_video_call_is_teams_where_it_can_be(allowed: list[str] | None, kind: str) -> None:
    assert mapping.conference_kind({"allowedOnlineMeetingProviders": allowed}) == kind


def test_a_default_calendar_of_somebody_else_goes_by_its_owners_name() -> None:
    theirs = {"id": "c", "name": "Calendar", "owner": {"name": "Jan Nowak"}, "canEdit": False}
    assert mapping.calendar_from(theirs, "UTC").name == "Jan Nowak"
    assert mapping.calendar_from({**theirs, "isDefaultCalendar": True}, "UTC").name == "Calendar"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"nonsense", b'{"value": 3}', b"\xff", b"[" * 100_000],
    ids=["empty", "list", "object", "words", "number", "bytes", "deep"],
)
def test_what_is_no_post_of_graph_is_none(body: bytes) -> None:
    assert webhooks.post_from({}, body) is None


@pytest.mark.parametrize(
    "state", [None, 3, "", "x", "not-a-uuid.secret", ["a"]], ids=["null", "number", "empty", "word", "no uuid", "list"]
)
def test_a_notice_without_our_state_is_left_out(state: object) -> None:
    post = webhooks.post_from({}, json.dumps({"value": [{"clientState": state}, 7]}).encode())
    assert post is not None
    assert post.messages == ()


def test_several_notices_of_a_channel_are_one_message_and_lifecycles_are_told_apart() -> None:
    channel = uuid.uuid4()
    notice = {"clientState": f"{channel}.secret.with.dots", "changeType": "updated"}
    lifecycles = ["reauthorizationRequired", "subscriptionRemoved", "missed", "something new"]
    posts = [notice, notice, *({**notice, "lifecycleEvent": name} for name in lifecycles)]
    found = webhooks.post_from({}, json.dumps({"value": posts}).encode())
    assert found is not None
    assert [message.news for message in found.messages] == [PushNews.CHANGED, PushNews.ENDING, PushNews.ENDED]
    assert {(message.channel_id, message.token) for message in found.messages} == {(channel, "secret.with.dots")}
