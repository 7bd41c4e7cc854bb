"""calendarView/delta: rounds, changes, series, and sync state that is lost."""

from __future__ import annotations

import pytest

from sandbox.microsoft.accounts import ANNA, JAN, PROJECTS
from sandbox.microsoft.testing import MicrosoftControl
from tests.sandbox.microsoft.conftest import WINDOW, Graph, Json, guests, timed, weekly


def short(items: list[Json]) -> list[str]:
    """What each item is: its subject, its type when it has none, or that it was removed."""
    return ["removed" if "@removed" in item else item.get("subject") or item["type"] for item in items]


def small(size: int) -> dict[str, str]:
    """The preference for small pages."""
    return {"Prefer": f"odata.maxpagesize={size}"}


def test_a_round_tells_everything_and_then_only_what_changed(anna: Graph) -> None:
    first = anna.call("POST", "/me/events", timed(10, subject="First"))
    items, link = anna.round()
    assert short(items) == ["First"]
    assert anna.round(link)[0] == []
    second = anna.call("POST", "/me/events", timed(12, subject="Second"))
    anna.call("PATCH", f"/me/events/{first['id']}", {"subject": "Changed"})
    items, link = anna.round(link)
    assert short(items) == ["Second", "Changed"]
    anna.send("DELETE", f"/me/events/{second['id']}")
    items, _ = anna.round(link)
    assert [(item["id"], item["@removed"]) for item in items] == [(second["id"], {"reason": "deleted"})]


def test_an_idle_poll_is_one_request(anna: Graph) -> None:
    _, link = anna.round()
    page = anna.call("GET", link)
    assert page["value"] == []
    assert "@odata.nextLink" not in page


def test_pages_have_the_size_that_is_preferred(anna: Graph, microsoft: MicrosoftControl) -> None:
    microsoft.events_bulk(calendar=ANNA, count=25, **{"from": "2026-03-02T08:00:00Z"})
    answer = anna.send("GET", "/me/calendarView/delta", params=WINDOW, headers=small(7))
    assert answer.headers["Preference-Applied"] == "odata.maxpagesize=7"
    assert len(answer.json()["value"]) == 7
    assert len(anna.call("GET", "/me/calendarView/delta", params=WINDOW)["value"]) == 10
    assert len(anna.round(headers=small(7))[0]) == 25


def test_what_changes_between_pages_is_not_lost(anna: Graph, microsoft: MicrosoftControl) -> None:
    microsoft.events_bulk(calendar=ANNA, count=6, **{"from": "2026-03-02T08:00:00Z"})
    first = anna.call("GET", "/me/calendarView/delta", params=WINDOW, headers=small(3))
    seen = first["value"][0]["id"], microsoft.events(ANNA)[5]["id"]
    for id_ in seen:
        anna.call("PATCH", f"/me/events/{id_}", {"subject": "Changed"})
    rest, link = anna.round(first["@odata.nextLink"], headers=small(3))
    assert "Changed" not in short(first["value"] + rest)
    later, _ = anna.round(link)
    assert {item["id"] for item in later} == set(seen)


def test_events_that_leave_the_window_or_were_never_in_it_are_removed(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", timed(10))
    _, link = anna.round()
    away = {name: {"dateTime": f"2027-03-02T1{n}:00:00", "timeZone": "UTC"} for n, name in enumerate(("start", "end"))}
    anna.call("PATCH", f"/me/events/{made['id']}", away)
    outside = anna.call("POST", "/me/events", timed(10, day="2027-06-01"))
    items, _ = anna.round(link)
    assert short(items) == ["removed", "removed"]
    assert [item["id"] for item in items] == [made["id"], outside["id"]]
    assert anna.round()[0] == []


def test_a_series_comes_with_its_master_and_bare_occurrences(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", weekly())
    items, _ = anna.round()
    assert short(items) == ["Weekly", *["occurrence"] * 4]
    master, first, *_ = items
    assert (master["type"], master["id"]) == ("seriesMaster", made["id"])
    assert set(first) == {"@odata.type", "@odata.etag", "seriesMasterId", "type", "id", "start", "end"}
    assert first["seriesMasterId"] == made["id"]


def test_a_series_is_never_split_over_pages(anna: Graph) -> None:
    anna.call("POST", "/me/events", weekly())
    anna.call("POST", "/me/events", timed(10, subject="Later"))
    page = anna.call("GET", "/me/calendarView/delta", params=WINDOW, headers=small(2))
    assert short(page["value"]) == ["Weekly", *["occurrence"] * 4]
    assert short(anna.round(page["@odata.nextLink"])[0]) == ["Later"]


def test_the_master_of_a_series_that_began_before_the_window_is_asked_for_by_itself(anna: Graph) -> None:
    made = anna.call("POST", "/me/events", weekly(8, day="2026-02-16"))
    items, _ = anna.round()
    assert short(items) == ["occurrence"] * 6
    assert anna.call("GET", f"/me/events/{items[0]['seriesMasterId']}")["id"] == made["id"]


def test_a_changed_occurrence_comes_whole_and_a_deleted_one_is_removed(anna: Graph) -> None:
    anna.call("POST", "/me/events", weekly())
    items, link = anna.round()
    second, third = items[2]["id"], items[3]["id"]
    anna.call("PATCH", f"/me/events/{second}", {"subject": "Moved"})
    items, link = anna.round(link)
    assert [(item["id"], item["subject"], item["type"]) for item in items] == [(second, "Moved", "exception")]
    anna.send("DELETE", f"/me/events/{third}")
    items, _ = anna.round(link)
    assert short(items) == ["removed", "Weekly", "occurrence", "occurrence"]
    assert items[0]["id"] == third


def test_a_deleted_occurrence_can_go_in_silence(anna: Graph, microsoft: MicrosoftControl) -> None:
    microsoft.occurrences_silent()
    anna.call("POST", "/me/events", weekly())
    items, link = anna.round()
    anna.send("DELETE", f"/me/events/{items[3]['id']}")
    assert short(anna.round(link)[0]) == ["Weekly", *["occurrence"] * 3]


def test_a_change_of_a_series_removes_the_occurrences_that_are_no_more(
    anna: Graph, microsoft: MicrosoftControl
) -> None:
    made = microsoft.event_create(calendar=ANNA, **weekly(4))
    _, link = anna.round()
    microsoft.event_update(calendar=ANNA, id=made["id"], recurrence=weekly(2)["recurrence"])
    items, link = anna.round(link)
    assert sorted(short(items)) == sorted(["Weekly", "occurrence", "occurrence", "removed", "removed"])
    microsoft.event_delete(calendar=ANNA, id=made["id"])
    items, _ = anna.round(link)
    assert short(items) == ["removed"] * 3
    assert made["id"] in {item["id"] for item in items}


def test_a_copy_that_is_called_off_comes_as_cancelled(anna: Graph, jan: Graph) -> None:
    made = anna.call("POST", "/me/events", timed(10, attendees=guests(JAN)))
    _, link = jan.round()
    anna.send("DELETE", f"/me/events/{made['id']}")
    (item,) = jan.round(link)[0]
    assert (item["isCancelled"], item["showAs"]) == (True, "free")


def test_each_calendar_has_rounds_of_its_own(anna: Graph, microsoft: MicrosoftControl) -> None:
    projects = microsoft.calendar_id(PROJECTS)
    anna.call("POST", f"/me/calendars/{projects}/events", timed(10, subject="Project"))
    items, link = anna.round(f"/me/calendars/{projects}/calendarView/delta")
    assert short(items) == ["Project"]
    assert f"/me/calendars/{projects}/" in link
    assert anna.round()[0] == []
    token = link.partition("?")[2]
    assert anna.refused("GET", f"/me/calendarView/delta?{token}") == (400, "ErrorInvalidUrlQuery")


def test_a_lost_state_is_410_with_the_address_to_start_over_at(anna: Graph, microsoft: MicrosoftControl) -> None:
    made = anna.call("POST", "/me/events", timed(10))
    _, link = anna.round()
    microsoft.expire_sync_token(ANNA)
    assert anna.refused("GET", link) == (410, "SyncStateNotFound")
    items, link = anna.round(anna.send("GET", link).headers["Location"])
    assert [item["id"] for item in items] == [made["id"]]
    assert anna.round(link)[0] == []


@pytest.mark.parametrize("status", [400, 404])
def test_a_lost_state_can_be_any_40x(anna: Graph, microsoft: MicrosoftControl, status: int) -> None:
    _, link = anna.round()
    microsoft.expire_sync_token(ANNA, status=status)
    assert anna.refused("GET", link) == (status, "syncStateNotFound")


def test_pages_can_be_endless(anna: Graph, microsoft: MicrosoftControl) -> None:
    microsoft.endless_pages(ANNA)
    path, params = "/me/calendarView/delta", WINDOW
    for _ in range(5):
        page = anna.call("GET", path, params=params)
        path, params = page["@odata.nextLink"], {}
    microsoft.endless_pages(ANNA, endless=False)
    assert anna.round(path)[1]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "startDateTime=2026-03-01T00:00:00Z",
        "startDateTime=2026-03-02T00:00:00Z&endDateTime=2026-03-01T00:00:00Z",
        "startDateTime=soon&endDateTime=2026-03-01T00:00:00Z",
        "$deltatoken=nonsense",
        "$skiptoken=WyJkZWx0YSIsIHt9XQ",
        "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z&$select=subject",
    ],
)
def test_what_cannot_be_asked_is_400(anna: Graph, query: str) -> None:
    assert anna.refused("GET", f"/me/calendarView/delta?{query}")[0] == 400
