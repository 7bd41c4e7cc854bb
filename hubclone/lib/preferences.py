"""What a browser remembers about the look, without an account: the theme, and what of the rail is folded away."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PREFERENCE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Preference:
    """A cookie that may hold one of a few words; ``default`` is what no cookie means.

    With ``is_many`` it may hold several, with dots between them; they are read with spaces.
    """

    cookie: str
    choices: tuple[str, ...]
    default: str = ""
    is_many: bool = False


PREFERENCES = {
    "theme": Preference("hub_theme", ("light", "dark")),
    "rail": Preference("hub_rail", ("collapsed",)),
    "rail_folded": Preference("hub_rail_folded", ("crm", "marketplace", "automation"), is_many=True),
}


def preference_read(request: HttpRequest, name: str) -> str:
    """The chosen word; the default when there is none or somebody wrote nonsense into the cookie."""
    kind = PREFERENCES[name]
    value = request.COOKIES.get(kind.cookie, "")
    if kind.is_many:
        return " ".join(word for word in value.split(".") if word in kind.choices)
    return value if value in kind.choices else kind.default


def preference_keep(response: HttpResponse, name: str, value: str) -> None:
    """Keep ``value`` in the browser, or forget the choice when it is not one of the words. Scripts may read it."""
    kind = PREFERENCES[name]
    if value not in kind.choices:
        response.delete_cookie(kind.cookie, samesite="Lax")
        return
    response.set_cookie(
        kind.cookie, value, max_age=PREFERENCE_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
