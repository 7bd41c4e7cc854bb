"""What we ask of a Microsoft account.

https://learn.microsoft.com/graph/permissions-reference
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from connections.registries import ScopeWords

GRAPH = "https://graph.microsoft.com/"
SIGN_IN = ("openid", "profile", "offline_access")
"""They go without saying, and answers do not always name them; ``offline_access`` brings the refresh token."""
SCOPES = (
    ScopeWords("User.Read", _("See your name and email address")),
    ScopeWords("Calendars.ReadWrite", _("See, create, change and delete the calendars and events that belong to you")),
    ScopeWords(
        "Calendars.ReadWrite.Shared",
        _("See, create, change and delete the events of calendars that are shared with you"),
        is_needed=False,
    ),
    ScopeWords("MailboxSettings.Read", _("See the time zone of your calendar")),
)


def scopes_granted(answer: Iterable[str]) -> tuple[str, ...]:
    """Our names of the scopes in a token answer: Graph's may come with or without their address, in any case."""
    ours = {item.scope.lower(): item.scope for item in SCOPES}
    plain = (scope[len(GRAPH) :] if scope.lower().startswith(GRAPH) else scope for scope in answer)
    return tuple(sorted({ours.get(scope.lower(), scope) for scope in plain} - set(SIGN_IN)))
