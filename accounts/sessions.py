"""Where a person is signed in: each session notes its device, address and when it was last seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hubclone.lib.crypto import keyed_digest

SEEN_SECONDS = 60
AGENT_MOST = 200
_NOWHERE = "0.0.0.0"  # noqa: S104 - an address that nobody has, where the server reports none
_BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("Mac", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)


@dataclass(frozen=True, slots=True)
class Device:
    """What a User-Agent says of itself; both are "" where it says nothing that we know."""

    browser: str
    system: str

    @property
    def words(self) -> str | Promise:
        """For people."""
        if self.browser and self.system:
            return _("%(browser)s on %(system)s") % {"browser": self.browser, "system": self.system}
        return self.browser or self.system or _("Unknown device")


class LastSeenMiddleware:
    """Notes at most once a minute that a signed-in person's session was used, and from where."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """After the answer, and only where it was one: a refusal writes nothing."""
        response = self.get_response(request)
        if response.status_code < 400 and request.session.session_key and isinstance(request.user, User):
            self._note(request, request.user, request.session.session_key)
        return response

    def _note(self, request: HttpRequest, user: User, session_key: str) -> None:
        if cache.add(f"seen:{keyed_digest(session_key, purpose='seen')[:32]}", 1, SEEN_SECONDS):
            session_note(request, user, session_key)


def session_note(request: HttpRequest, user: User, session_key: str) -> None:
    """Write the session's row in one statement."""
    row = UserSession(
        session_key=session_key,
        user=user,
        ip=request.META.get("REMOTE_ADDR") or _NOWHERE,
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:AGENT_MOST].replace("\0", ""),
        last_seen_at=timezone.now(),
    )
    UserSession.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["user", "ip", "user_agent", "last_seen_at"],
    )


def device(user_agent: str) -> Device:
    """Browser and system of a User-Agent, as far as it can be told."""
    return Device(_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))


def sessions_list(*, user: User, current: str) -> list[tuple[UserSession, Device, bool]]:
    """The person's living sessions, this one first, then the last seen; rows of ended ones are removed."""
    rows = UserSession.objects.purge_and_list(user)
    rows.sort(key=lambda row: (row.session_key != current, -row.last_seen_at.timestamp()))
    return [(row, device(row.user_agent), row.session_key == current) for row in rows]


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, text)), "")
