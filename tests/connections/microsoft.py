"""Microsoft to connect to: people and calendars of the sandbox, and a connected account."""

from __future__ import annotations

from accounts.models import Membership
from calendars.models import CalendarAccount
from tests.connections import google
from tests.connections.google import Browser

ANNA, JAN, MARTA = "anna@northwind.example", "jan@northwind.example", "marta@outlook.example"
PROJECTS, HOLIDAYS = "projects-anna@northwind.example", "team-holidays@northwind.example"
"""Aliases: control takes them in place of ids. Marta's account is a personal one."""


def browser(membership: Membership) -> Browser:
    """On its way to Microsoft."""
    return Browser(membership, "microsoft")


def connected(membership: Membership, account: str = ANNA) -> CalendarAccount:
    """A calendar account connected by the real exchange; nothing is listed or synced yet."""
    return google.connected(membership, account, "microsoft")
