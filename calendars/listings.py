"""The calendars that can be connected, as apps of the marketplace (M22)."""

from __future__ import annotations

from functools import partial

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connections.choices import DataDirection
from connections.registries import LISTINGS, Listing, SharedData

PURPOSE = "calendar"
_READS = (
    _("When you are busy, in the calendars that you choose"),
    _("The events of those calendars, so that meetings with your contacts are logged"),
    _("Which calendars there are, also those that others share with you"),
)
_WRITES = (
    _("An event for each meeting that is booked with you or that you schedule, which invites the guest"),
    _("The new time when such a meeting moves, and its removal when it is cancelled"),
)
_SHARED = (
    SharedData(_("Busy times"), DataDirection.IN),
    SharedData(_("Meetings with contacts"), DataDirection.BOTH),
    SharedData(_("Guests of meetings"), DataDirection.OUT),
)
_FEATURES = (
    _("Visitors are only offered times when you are free"),
    _("A booked meeting is in your calendar at once"),
    _("What you move or cancel there changes here, too"),
    _("Meetings with your contacts are logged on their records"),
)
_HOW = _("It works for you alone: each person connects their own calendar, and chooses which of its calendars count.")


def _start(provider: str, account_id: int) -> str:
    return reverse("calendars:connect", args=[account_id, provider])


def _list(
    provider: str,
    name: str | Promise,
    *,
    summary: str | Promise,
    about: str | Promise,
    requirements: tuple[str | Promise, ...],
    order: int,
) -> None:
    LISTINGS.register(
        f"{provider}-calendar",
        Listing(
            key=f"{provider}-calendar",
            name=name,
            category=_("Calendars"),
            summary=summary,
            overview=(about, _HOW),
            reads=_READS,
            writes=_WRITES,
            shared=_SHARED,
            provider=provider,
            purpose=PURPOSE,
            start=partial(_start, provider),
            features=_FEATURES,
            requirements=requirements,
            icon="calendar",
            order=order,
        ),
    )


_list(
    "google",
    _("Google Calendar"),
    summary=_("Offer the times that are free in your Google calendar, and find booked meetings in it."),
    about=_("For Gmail and Google Workspace. Video calls with Google Meet are made along with the meeting."),
    requirements=(_("A Google account with Google Calendar"), _("A browser in which you can sign in to it")),
    order=10,
)
_list(
    "microsoft",
    _("Office 365 Calendar"),
    summary=_("Offer the times that are free in your Outlook calendar, and find booked meetings in it."),
    about=_("For Microsoft 365 and Outlook.com. Work accounts get video calls with Teams along with the meeting."),
    requirements=(
        _("A Microsoft account with a mailbox in the cloud"),
        _("In some organisations: the approval of your Microsoft 365 administrator"),
    ),
    order=20,
)
_list(
    "exchange",
    _("Exchange Calendar"),
    summary=_("Offer the times that are free in your calendar on a company’s own Exchange server."),
    about=_("For Exchange on a server of your own, from 2010 SP2 on. You sign in by your user name and password."),
    requirements=(
        _("Exchange 2010 SP2 or newer, which this installation can reach"),
        _("Your user name and password there"),
    ),
    order=30,
)
