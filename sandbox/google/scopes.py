"""Scopes: short names, what the consent page says of them, and which of them each call accepts."""

from __future__ import annotations

AUTH = "https://www.googleapis.com/auth/"
EMAIL = AUTH + "userinfo.email"
PROFILE = AUTH + "userinfo.profile"

ALIASES = {"email": EMAIL, "profile": PROFILE}
IDENTITY = frozenset({"openid", EMAIL, PROFILE})

LABELS = {
    "openid": "Associate you with your personal info on Google",
    EMAIL: "See your primary Google Account email address",
    PROFILE: "See your personal info, including any personal info you have made publicly available",
    AUTH + "calendar": "See, edit, share, and permanently delete all the calendars you can access",
    AUTH + "calendar.readonly": "See and download any calendar you can access",
    AUTH + "calendar.events": "View and edit events on all your calendars",
    AUTH + "calendar.events.readonly": "View events on all your calendars",
    AUTH + "calendar.events.owned": "See, create, change, and delete events on calendars that you own",
    AUTH + "calendar.calendarlist": "See, add, and remove the calendars you are subscribed to",
    AUTH + "calendar.calendarlist.readonly": "See the list of calendars you are subscribed to",
    AUTH + "calendar.calendars.readonly": "See the title, description, and time zone of your calendars",
    AUTH + "calendar.freebusy": "View your availability in your calendars",
    AUTH + "calendar.events.freebusy": "See the availability on calendars you have access to",
}


def _full(*names: str) -> tuple[str, ...]:
    return tuple(AUTH + name for name in names)


_EVENTS_WRITE = _full("calendar", "calendar.app.created", "calendar.events", "calendar.events.owned")
_EVENTS_READ = _full(
    "calendar",
    "calendar.app.created",
    "calendar.events",
    "calendar.events.freebusy",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.readonly",
    "calendar.readonly",
)
_LIST_READ = _full("calendar", "calendar.calendarlist", "calendar.calendarlist.readonly", "calendar.readonly")

ACCEPTED: dict[str, tuple[str, ...]] = {
    "calendarList.list": _LIST_READ,
    "calendarList.watch": _LIST_READ,
    "calendarList.get": (*_LIST_READ, AUTH + "calendar.app.created"),
    "calendars.get": _full(
        "calendar",
        "calendar.app.created",
        "calendar.calendars",
        "calendar.calendars.readonly",
        "calendar.readonly",
    ),
    "freebusy.query": _full("calendar", "calendar.events.freebusy", "calendar.freebusy", "calendar.readonly"),
    "events.list": _EVENTS_READ,
    "events.get": _EVENTS_READ,
    "events.instances": _EVENTS_READ,
    "events.watch": _EVENTS_READ,
    "events.insert": _EVENTS_WRITE,
    "events.patch": _EVENTS_WRITE,
    "events.update": _EVENTS_WRITE,
    "events.delete": _EVENTS_WRITE,
    "channels.stop": (
        *_EVENTS_READ,
        *_full(
            "calendar.acls",
            "calendar.acls.readonly",
            "calendar.calendarlist",
            "calendar.calendarlist.readonly",
            "calendar.settings",
            "calendar.settings.readonly",
        ),
    ),
}
"""Method → scopes, one of which is enough: those of Google's discovery document."""


def scopes_parse(text: str) -> list[str]:
    """The scopes of a request, long names, each once, in order."""
    return list(dict.fromkeys(ALIASES.get(scope, scope) for scope in text.split()))
