"""Somebody tried to book a host whose calendar cannot be read (C10): the host is told, at most once an hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.registries import NOTIFICATION_KINDS, NotificationKind
from accounts.services.notifications import NotificationWords, notifications_send
from calendars.choices import CalendarAccess, PageKind
from calendars.exceptions import CalendarGone, HostUnavailable
from calendars.models import Calendar, CalendarAccount, SchedulingPage
from calendars.selectors.calendars import hosts_calendars
from calendars.selectors.hosts import page_host_ids
from calendars.services.sync import calendar_lost, calendar_sync_enqueue
from connections.choices import ConnectionState
from connections.registries import PROVIDERS, Advice

KIND = "calendar.attempt"

NOTIFICATION_KINDS.register(
    KIND,
    NotificationKind(
        KIND,
        gettext_lazy("Somebody could not book you"),
        gettext_lazy("Your calendar could not be read when a visitor wanted a time, at most one message an hour."),
        icon="calendar",
    ),
)

_TOLD_SQL = """
update calendars_calendaraccount set attempt_told_at = clock_timestamp()
where id = %s and (attempt_told_at is null or attempt_told_at < clock_timestamp() - interval '1 hour')
returning attempt_told_at
"""
"""Of many at once one gets the row: the others wait for it, and then its new time refuses them."""
_OWNER_TOLD_SQL = """
update calendars_schedulingpage set attempt_told_at = clock_timestamp()
where id = %s and (attempt_told_at is null or attempt_told_at < clock_timestamp() - interval '1 hour')
returning attempt_told_at
"""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a host's calendar cannot be read: the names of lost calendars, or a connection that has to be renewed.

    ``advice`` is what the provider's own error means, where it is known.
    """

    calendars: tuple[str, ...]
    identity: str
    is_cut_off: bool
    advice: Advice | None


def attempt_tell(*, page: SchedulingPage, refused: HostUnavailable | None = None) -> None:
    """Tell each host of the page whose calendar cannot be read that somebody tried to book; the others hear nothing.
    So does the owner of a page of several hosts that cannot be booked because of them.

    ``refused``: a booking was refused just now, so a calendar is lost even when no sync has found it out yet. One
    that the provider named is marked at once, and looked at again by a sync, which heals it when it can be read.
    """
    for calendar in Calendar.objects.filter(account_id=page.account_id, pk__in=refused.unreadable if refused else ()):
        calendar_lost(calendar=calendar, code=CalendarGone.code)
        calendar_sync_enqueue(calendar)
    states = hosts_calendars(account_id=page.account_id, user_ids=page_host_ids(page), now=timezone.now())
    unread = [user_id for user_id, host in states.items() if host.is_connected and not host.is_readable]
    if refused and not unread:
        unread = [user_id for user_id, host in states.items() if host.is_connected]
    accounts = CalendarAccount.objects.filter(account_id=page.account_id, user_id__in=unread)
    for calendar_account in accounts.select_related("user", "connection").defer("connection__credentials"):
        _tell(calendar_account, page)
    is_closed = len(unread) == len(states) if page.kind == PageKind.ROUND_ROBIN else bool(unread)
    if page.kind != PageKind.PERSONAL and is_closed and page.owner_id not in unread:
        _owner_tell(page, unread)


@transaction.atomic
def _tell(calendar_account: CalendarAccount, page: SchedulingPage) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD_SQL, [calendar_account.pk])
        row = cursor.fetchone()
    if row is None:
        return
    told_at: dt.datetime = row[0]
    notifications_send(
        account_id=calendar_account.account_id,
        kind=KIND,
        key=f"{KIND}:{calendar_account.pk}:{told_at.isoformat()}",
        people=[calendar_account.user],
        words=_words(_trouble(calendar_account), page, is_own=page.owner_id == calendar_account.user_id),
        url=reverse("calendars:settings", args=[calendar_account.account_id]),
    )
    for calendar in calendar_account.calendars.filter(is_selected=True):
        calendar_sync_enqueue(calendar)


@transaction.atomic
def _owner_tell(page: SchedulingPage, unread: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OWNER_TOLD_SQL, [page.pk])
        row = cursor.fetchone()
    if row is None:
        return
    told_at: dt.datetime = row[0]
    people = list(User.objects.filter(pk__in=unread).order_by("pk"))

    def words() -> NotificationWords:
        title = _("Nobody can book “%(page)s”") % {"page": page.name}
        text = _("The calendars of these hosts cannot be read: %(hosts)s. They have been told what to do.")
        return NotificationWords(title, text % {"hosts": ", ".join(map(str, people))})

    notifications_send(
        account_id=page.account_id,
        kind=KIND,
        key=f"{KIND}:page:{page.pk}:{told_at.isoformat()}",
        people=[page.owner],
        words=words,
        url=reverse("calendars:page_edit", args=[page.account_id, page.pk]),
    )


def _trouble(calendar_account: CalendarAccount) -> _Trouble:
    lost = calendar_account.calendars.filter(Q(access=CalendarAccess.LOST), is_selected=True).order_by("name")
    link = calendar_account.connection
    is_cut_off = link.state != ConnectionState.ACTIVE
    advice = PROVIDERS[link.provider].error_guide.get(link.last_error_code)
    return _Trouble(tuple(lost.values_list("name", flat=True)), link.identity, is_cut_off, advice)


def _words(trouble: _Trouble, page: SchedulingPage, *, is_own: bool) -> Callable[[], NotificationWords]:
    def words() -> NotificationWords:
        own, other = _("Somebody wanted a time on your page “%(page)s”."), _("Somebody wanted a time on “%(page)s”.")
        asked = (own if is_own else other) % {"page": page.name}
        title, remedy = _remedy(trouble)
        names = {"calendars": ", ".join(trouble.calendars), "identity": trouble.identity}
        return NotificationWords(title % names, f"{asked} {remedy % names}")

    return words


def _remedy(trouble: _Trouble) -> tuple[str, str]:
    """Title and text, to be filled in. The connection comes first: without it, access to a calendar helps nobody."""
    ask = _("Ask the calendar's owner to give %(identity)s access again, or remove it from your selected calendars.")
    if trouble.is_cut_off:
        title = _("Nobody can book you: the connection with %(identity)s has ended")
        remedy = _("Connect %(identity)s again, or disconnect it: your pages then take requests.")
        also = _("%(calendars)s could not be read either.")
        return title, f"{remedy} {also} {ask}" if trouble.calendars else remedy
    if trouble.calendars:
        return _("Nobody can book you: %(calendars)s cannot be read"), ask
    title = _("Nobody can book you: the calendar of %(identity)s cannot be read")
    if trouble.advice is not None:
        return title, " ".join(str(one).replace("%", "%%") for one in (trouble.advice.words, *trouble.advice.steps))
    return title, _("It is tried again all the time. If it lasts, connect %(identity)s again.")
