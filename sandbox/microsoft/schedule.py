"""``getSchedule``: free/busy of work accounts."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.microsoft import event_store
from sandbox.microsoft.access import GRAPH, account_of, answer, calendar_open, caller, preference
from sandbox.microsoft.accounts import PERSONAL
from sandbox.microsoft.errors import denied, invalid
from sandbox.microsoft.event_body import Body, span_of
from sandbox.microsoft.events import given_body
from sandbox.microsoft.listing import view
from sandbox.microsoft.scopes import READ_BASIC
from sandbox.microsoft.zones import edge, edge_seconds, windows_name, zone_named
from sandbox.store import Row
from sandbox.times import zone_of

MAX_SCHEDULES = 20
MAX_SECONDS = 62 * 86400
_RANK = {"free": 0, "unknown": 0, "tentative": 1, "busy": 2, "oof": 3, "workingElsewhere": 4}
_STRENGTH = (0, 4, 1, 2, 3)
"""Which of two that overlap is shown, the strongest last."""


@route("POST", GRAPH + "/me/calendar/getSchedule")
@route("POST", GRAPH + "/me/calendars/<calendar_id>/getSchedule")
def get_schedule(box: Box, ask: Ask, calendar_id: str = "") -> Response:
    """Default calendars by address; one that cannot be read is an error inside the 200."""
    account = account_of(box.store, caller(box, ask, READ_BASIC).account)
    calendar_open(box.store, account["email"], calendar_id)
    if account["tenant"] == PERSONAL:
        raise denied()
    given = {name.lower(): value for name, value in given_body(ask).items()}
    addresses, low, high, interval = _read(given)
    zone = preference(ask, "outlook.timezone")
    found = [_schedule(box, account, str(address), (low, high), interval, zone) for address in addresses]
    return answer(ask, "Collection(microsoft.graph.scheduleInformation)", {"value": found})


def _read(given: dict[str, Any]) -> tuple[list[Any], int, int, int]:
    addresses, interval = given.get("schedules"), given.get("availabilityviewinterval") or 30
    if not isinstance(addresses, list) or not addresses:
        raise invalid("The property 'schedules' is required.", "ErrorInvalidParameter")
    if len(addresses) > MAX_SCHEDULES:
        raise invalid("Too many schedules were requested.", "ErrorTooManyMailboxes")
    low, high = (edge_seconds(given.get(name) or {}) for name in ("starttime", "endtime"))
    if low >= high:
        raise invalid("The start time must be before the end time.", "ErrorInvalidTimeInterval")
    if high - low > MAX_SECONDS:
        raise invalid("The requested time interval is too long.", "ErrorTimeIntervalTooBig")
    if not isinstance(interval, int) or not 5 <= interval <= 1440 or interval * 60 > high - low:
        raise invalid("The interval of the availability view is not valid.", "ErrorInvalidMergedFreeBusyInterval")
    return addresses, low, high, interval


def _schedule(
    box: Box, account: Row, address: str, window: tuple[int, int], interval: int, zone: str
) -> dict[str, Any]:
    owner = box.store.one(
        "select * from microsoft_account where email = ? and tenant = ?", (address.lower(), account["tenant"])
    )
    if owner is None:
        text = f"Unable to resolve e-mail address {address} to an Active Directory object."
        return {
            "scheduleId": address,
            "availabilityView": "",
            "error": {"message": text, "responseCode": "ErrorMailRecipientNotFound"},
            "scheduleItems": [],
            "workingHours": None,
        }
    calendar = calendar_open(box.store, owner["email"])
    home = event_store.home_zone(box, calendar)
    events = [(body, span_of(body, home)) for body in view(box, calendar, *window)]
    busy = [(body["showAs"], span.starts, span.ends) for body, span in events]
    own = owner["email"] == account["email"]
    return {
        "scheduleId": address,
        "availabilityView": _availability(busy, window, interval * 60),
        "scheduleItems": [_item(body, span.starts, span.ends, zone, own=own) for body, span in events],
        "workingHours": _working_hours(owner),
    }


def _item(body: Body, starts: int, ends: int, zone: str, *, own: bool) -> dict[str, Any]:
    item: dict[str, Any] = {
        "status": body["showAs"],
        "start": edge(starts, zone_named(zone), zone or "UTC"),
        "end": edge(ends, zone_named(zone), zone or "UTC"),
    }
    if own:
        item["isPrivate"] = body["sensitivity"] == "private"
        item["subject"], item["location"] = body["subject"], body["location"]["displayName"]
    return item


def _availability(busy: list[tuple[str, int, int]], window: tuple[int, int], step: int) -> str:
    """A digit a step: 0 free, 1 tentative, 2 busy, 3 out of office, 4 working elsewhere."""
    digits = []
    for low in range(window[0], window[1], step):
        high = min(low + step, window[1])
        found = [_RANK[status] for status, starts, ends in busy if starts < high and ends > low]
        digits.append(str(max(found, key=_STRENGTH.index, default=0)))
    return "".join(digits)


def _working_hours(owner: Row) -> dict[str, Any]:
    return {
        "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "startTime": "08:00:00.0000000",
        "endTime": "17:00:00.0000000",
        "timeZone": {"name": windows_name(zone_of(owner["time_zone"]))},
    }
