"""Permissions: their names, what the consent page says of them, and which of them each call accepts."""

from __future__ import annotations

GRAPH = "https://graph.microsoft.com/"
IDENTITY = frozenset({"openid", "profile", "email", "offline_access"})

LABELS = {
    "openid": "Sign you in",
    "profile": "View your basic profile",
    "email": "View your email address",
    "offline_access": "Maintain access to data you have given it access to",
    "User.Read": "Sign you in and read your profile",
    "Calendars.ReadBasic": "Read basic details of your calendars",
    "Calendars.Read": "Read your calendars",
    "Calendars.Read.Shared": "Read calendars you can access",
    "Calendars.ReadWrite": "Have full access to your calendars",
    "Calendars.ReadWrite.Shared": "Read and write to your and shared calendars",
    "MailboxSettings.Read": "Read your mailbox settings",
    "OnlineMeetings.ReadWrite": "Read and create your online meetings",
    "Contacts.Read": "Read your contacts",
    "Mail.Read": "Read your mail",
    "Mail.ReadWrite": "Read and write access to your mail",
    "Mail.Send": "Send mail as you",
}
_NAMES = {name.lower(): name for name in LABELS}

READ_PROFILE = ("User.Read",)
WRITE = ("Calendars.ReadWrite", "Calendars.ReadWrite.Shared")
READ = ("Calendars.Read", "Calendars.Read.Shared", *WRITE)
READ_BASIC = ("Calendars.ReadBasic", *READ)


def scopes_parse(text: str) -> tuple[list[str], list[str]]:
    """The permissions of a request, by their short names, each once, in order; and those that there are none of."""
    given = [scope.removeprefix(GRAPH) for scope in text.split()]
    known = [_NAMES[scope.lower()] for scope in given if scope.lower() in _NAMES]
    return list(dict.fromkeys(known)), [scope for scope in given if scope.lower() not in _NAMES]
