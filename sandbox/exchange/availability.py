"""``GetServerTimeZones`` and ``GetUserAvailability``.

Availability speaks in the wall-clock time of a zone that the caller spells out, both ways.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.exchange.accounts import ROLES, account_get, calendar_of, rank
from sandbox.exchange.endpoint import Call, operation, release_of
from sandbox.exchange.item_store import Body, view
from sandbox.exchange.soap import (
    Element,
    EwsError,
    SoapFault,
    answered,
    child,
    failure,
    failure_parts,
    flag,
    m,
    success,
    t,
    text_of,
)
from sandbox.exchange.zones import ZONES, zone_definition

_DIGITS = {"Free": "0", "Tentative": "1", "Busy": "2", "OOF": "3", "WorkingElsewhere": "4", "NoData": "4"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WORKDAYS = "Monday Tuesday Wednesday Thursday Friday"
_LIMIT_DAYS = {8: 42, 14: 42, 15: 62}


@operation("GetServerTimeZones")
def get_server_time_zones(call: Call) -> Element:
    """Zones by Windows' names, all where none is named."""
    ids = child(call.request, "m:Ids")
    names = list(ZONES) if ids is None else [one.text or "" for one in ids]
    full = call.request.get("ReturnFullTimeZoneData") in {"true", "1", "True"}
    try:
        definitions = [zone_definition(name, full=full) for name in names]
    except EwsError as error:
        return answered("GetServerTimeZones", [failure("GetServerTimeZones", error)])
    message = success("GetServerTimeZones", m("TimeZoneDefinitions", definitions))
    return answered("GetServerTimeZones", [message])


@dataclass(frozen=True)
class SpelledZone:
    """A zone by its bias from UTC (minutes to be added to reach it) and the rules of its two changes."""

    bias: int
    standard: tuple[int, int, int, int, str]
    daylight: tuple[int, int, int, int, str]

    def to_utc(self, wall: datetime) -> int:
        """Epoch seconds of a wall-clock time."""
        moment = wall.replace(tzinfo=UTC) + timedelta(minutes=self.bias + self._part(wall))
        return int(moment.timestamp())

    def wall(self, seconds: int) -> datetime:
        """The wall-clock time of epoch seconds."""
        moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None) - timedelta(minutes=self.bias)
        standard = moment - timedelta(minutes=self.standard[0])
        return moment - timedelta(minutes=self._part(standard))

    def _part(self, wall: datetime) -> int:
        """The bias of the season on top of the zone's own."""
        begins, ends = (_moment(rule, wall.year) for rule in (self.daylight, self.standard))
        if begins == ends:
            return self.standard[0]
        summer = begins <= wall < ends if begins < ends else not ends <= wall < begins
        return self.daylight[0] if summer else self.standard[0]


def _moment(rule: tuple[int, int, int, int, str], year: int) -> datetime:
    """When a season begins in a year: the nth (5: last) day of a month at a minute."""
    _, minute, order, month, day = rule
    if not 1 <= month <= 12:
        return datetime(year, 1, 1)  # noqa: DTZ001 - a wall-clock value on purpose
    first = datetime(year, month, 1)  # noqa: DTZ001
    if day not in _DAYS:
        return first.replace(day=order) + timedelta(minutes=minute)
    found = first + timedelta(days=(_DAYS.index(day) - first.weekday()) % 7 + 7 * (order - 1))
    while found.month != month:
        found -= timedelta(days=7)
    return found + timedelta(minutes=minute)


def _zone(element: Element) -> SpelledZone:
    def rule(name: str) -> tuple[int, int, int, int, str]:
        part = child(element, f"t:{name}")
        hours, minutes, *_ = text_of(part, "t:Time", "00:00:00").split(":")
        order, month = int(text_of(part, "t:DayOrder", "0")), int(text_of(part, "t:Month", "0"))
        bias = int(text_of(part, "t:Bias", "0"))
        return bias, int(hours) * 60 + int(minutes), order, month, text_of(part, "t:DayOfWeek")

    return SpelledZone(int(text_of(element, "t:Bias", "0")), rule("StandardTime"), rule("DaylightTime"))


@dataclass(frozen=True)
class Window:
    """What is asked of each mailbox."""

    low: int
    high: int
    zone: SpelledZone
    spelled: Element
    view: str
    minutes: int


@operation("GetUserAvailabilityRequest")
def get_user_availability(call: Call) -> Element:
    """When people are busy: each mailbox by itself, good or not."""
    spelled, options = child(call.request, "t:TimeZone"), child(call.request, "t:FreeBusyViewOptions")
    if spelled is None or options is None:
        raise SoapFault("ErrorInvalidRequest", "TimeZone and FreeBusyViewOptions are required.")
    zone = _zone(spelled)
    low, high = (_edge(text_of(options, f"t:TimeWindow/t:{name}"), zone) for name in ("StartTime", "EndTime"))
    minutes = int(text_of(options, "t:MergedFreeBusyIntervalInMinutes", "30"))
    window = Window(low, high, zone, spelled, text_of(options, "t:RequestedView", "FreeBusy"), minutes)
    responses = [_response(call, one, window) for one in child(call.request, "m:MailboxDataArray")]
    return m("GetUserAvailabilityResponse", m("FreeBusyResponseArray", responses))


def _edge(text: str, zone: SpelledZone) -> int:
    moment = datetime.fromisoformat(text)
    return zone.to_utc(moment) if moment.tzinfo is None else int(moment.timestamp())


def _response(call: Call, mailbox: Element, window: Window) -> Element:
    try:
        seen = _seen(call, text_of(mailbox, "t:Email/t:Address"), window)
    except EwsError as error:
        return m("FreeBusyResponse", m("ResponseMessage", *failure_parts(error), ResponseClass="Error"))
    return m("FreeBusyResponse", m("ResponseMessage", m("ResponseCode", "NoError"), ResponseClass="Success"), seen)


def _seen(call: Call, email: str, window: Window) -> Element:
    days = _LIMIT_DAYS[release_of(call.store).build[0]]
    if window.high - window.low > days * 86400:
        raise EwsError("ErrorTimeIntervalTooBig", f"The time window is too long. The allowed limit = {days} days.")
    if window.high <= window.low:
        raise EwsError("ErrorInvalidTimeInterval", "The end of the time window is not after its start.")
    if account_get(call.store, email) is None:
        raise EwsError("ErrorMailRecipientNotFound", f"Unable to resolve e-mail address {email} to an account.")
    calendar = calendar_of(call.store, email)
    held = rank(call.store, calendar, call.account)
    if held < ROLES.index("availability"):
        raise EwsError("ErrorNoFreeBusyAccess", "The caller does not have free/busy access to the mailbox.")
    found = [one for one in view(call.store, calendar["id"], window.low, window.high) if one["free_busy"] != "Free"]
    return _view(found, window, detailed=held >= ROLES.index("limited"))


def _view(found: list[Body], window: Window, *, detailed: bool) -> Element:
    """As much of a view as was asked for and may be seen."""
    kind = window.view if detailed else window.view.replace("Detailed", "FreeBusy")
    merged = t("MergedFreeBusy", _merged(found, window)) if "Merged" in kind else None
    events = None
    if kind != "MergedOnly":
        events = [_event(one, window, detailed="Detailed" in kind) for one in found]
    hours = _working_hours(window) if events is not None else None
    listed = t("CalendarEventArray", events) if events else None
    return m("FreeBusyView", t("FreeBusyViewType", kind), merged, listed, hours)


def _merged(found: list[Body], window: Window) -> str:
    """A digit a stretch of time: the busiest thing in it."""
    step = window.minutes * 60
    digits = []
    for low in range(window.low, window.high, step):
        touching = [_DIGITS[one["free_busy"]] for one in found if one["starts"] < low + step and one["ends"] > low]
        digits.append(max(touching, default="0"))
    return "".join(digits)


def _event(one: Body, window: Window, *, detailed: bool) -> Element:
    edges = (t(name, f"{window.zone.wall(one[key]):%Y-%m-%dT%H:%M:%S}") for name, key in _EDGES)
    return t("CalendarEvent", *edges, t("BusyType", one["free_busy"]), _details(one) if detailed else None)


_EDGES = (("StartTime", "starts"), ("EndTime", "ends"))


def _details(one: Body) -> Element:
    private = one["sensitivity"] == "Private"
    return t(
        "CalendarEventDetails",
        t("ID", one["id"].encode().hex().upper()),
        None if private else t("Subject", one["subject"]),
        None if private else t("Location", one["location"]),
        t("IsMeeting", flag(one["is_meeting"])),
        t("IsRecurring", flag(one.get("kind"))),
        t("IsException", flag(one.get("kind") == "Exception")),
        t("IsReminderSet", flag(one["reminder"])),
        t("IsPrivate", flag(private)),
    )


def _working_hours(window: Window) -> Element:
    period = t(
        "WorkingPeriod",
        t("DayOfWeek", _WORKDAYS),
        t("StartTimeInMinutes", "480"),
        t("EndTimeInMinutes", "1020"),
    )
    zone = t("TimeZone", [deepcopy(part) for part in window.spelled])
    return t("WorkingHours", zone, t("WorkingPeriodArray", period))
