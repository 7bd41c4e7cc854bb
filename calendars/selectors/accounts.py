"""A member's connected calendar account and its calendars."""

from __future__ import annotations

from django.db.models import QuerySet

from calendars.models import Calendar, CalendarAccount
from calendars.registries import CALENDAR_PROVIDERS
from connections.choices import ConnectKind
from connections.registries import PROVIDERS, Words


def calendar_account_of(*, account_id: int, user_id: int) -> CalendarAccount | None:
    """The calendar account of a user in an account, with its connection; None when nothing is connected."""
    found = CalendarAccount.objects.filter(account_id=account_id, user_id=user_id)
    return found.select_related("connection").defer("connection__credentials").first()


def calendars_listed(*, calendar_account: CalendarAccount) -> QuerySet[Calendar]:
    """Every calendar that can be selected: the primary first, then by name."""
    return Calendar.objects.filter(calendar_account=calendar_account).order_by("-is_primary", "name", "id")


def providers_offered() -> list[tuple[str, Words]]:
    """Key and name of every kind of calendar that this installation can connect: by name, those with a form last."""
    known = [PROVIDERS[key] for key in CALENDAR_PROVIDERS if key in PROVIDERS]
    found = [(one.key, one.choice or one.name) for one in known if one.is_set_up()]
    return sorted(found, key=lambda one: (PROVIDERS[one[0]].connect == ConnectKind.FORM, str(one[1])))
