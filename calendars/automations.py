"""Scheduling pages in Automation → Workflows."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Membership
from calendars.choices import PageState
from calendars.forms.delays import DAY_MINUTES
from calendars.models import SchedulingPage
from calendars.selectors.automations import PageRuns, page_runs, pages_automated
from calendars.words import duration_words
from workflows.registries import (
    BUILT_IN_AUTOMATIONS,
    COUNTED_DAYS,
    Automated,
    AutomatedPage,
    AutomationSearch,
    AutomationSource,
    BuiltInAutomation,
)


def pages_find(membership: Membership, search: AutomationSearch) -> AutomatedPage:
    """The account's pages with the e-mails that guests get; three queries. Raises BadCursor."""
    found = pages_automated(
        account_id=membership.account_id,
        user_id=membership.user_id if search.is_mine else None,
        query=search.query,
        after=search.after,
        limit=search.limit,
    )
    since = timezone.now() - dt.timedelta(days=COUNTED_DAYS)
    runs = page_runs(account_id=membership.account_id, page_ids=[page.pk for page in found.items], since=since)
    return AutomatedPage([_automated(page, runs[page.pk], membership) for page in found.items], found.next_after)


def _automated(page: SchedulingPage, runs: PageRuns, membership: Membership) -> Automated:
    edit = reverse("calendars:page_edit", args=[page.account_id, page.pk])
    return Automated(
        key=str(page.pk),
        name=page.name,
        owner=str(page.owner),
        url=f"{edit}#automation" if page.owner_id == membership.user_id else "",
        automations=(_confirmation(runs), *_reminders(page, runs), _follow_up(page, runs)),
        note=_("Paused") if page.state == PageState.PAUSED else "",
    )


def _confirmation(runs: PageRuns) -> BuiltInAutomation:
    return BuiltInAutomation(
        name=_("Confirmation"),
        trigger=_("When a meeting is booked or a request is accepted"),
        action=_("Email to the guest with the meeting for their calendar"),
        is_on=True,
        done=runs.confirmed,
    )


def _reminders(page: SchedulingPage, runs: PageRuns) -> list[BuiltInAutomation]:
    """Each reminder of the page; those that meetings booked before a change still get; one that is off for none."""
    planned = [minutes for minutes in runs.reminders_waiting if minutes not in page.reminders]
    every = [(minutes, minutes in page.reminders) for minutes in sorted({*page.reminders, *planned}, reverse=True)]
    if not every:
        return [_reminder(_("Before the start"), is_on=False, done=0, waiting=0)]
    return [
        _reminder(
            _("%(time)s before the start") % {"time": _delay_words(minutes)},
            is_on=is_on,
            done=runs.reminded.get(minutes, 0),
            waiting=runs.reminders_waiting.get(minutes, 0),
        )
        for minutes, is_on in every
    ]


def _reminder(trigger: str, *, is_on: bool, done: int, waiting: int) -> BuiltInAutomation:
    action = _("Email to the guest with time, place and the way to change it")
    return BuiltInAutomation(_("Reminder"), trigger, action, is_on, done, waiting)


def _follow_up(page: SchedulingPage, runs: PageRuns) -> BuiltInAutomation:
    minutes = page.follow_up_minutes
    trigger = _("At the end") if minutes == 0 else _("After the end")
    if minutes:
        trigger = _("%(time)s after the end") % {"time": _delay_words(minutes)}
    return BuiltInAutomation(
        name=_("Follow-up"),
        trigger=trigger,
        action=_("Email to the guest in the page’s own words"),
        is_on=minutes is not None and bool(page.follow_up_text),
        done=runs.followed_up,
        waiting=runs.follow_ups_waiting,
    )


def _delay_words(minutes: int) -> str:
    """``2 days``, or hours and minutes."""
    days, rest = divmod(minutes, DAY_MINUTES)
    if rest or not days:
        return duration_words(minutes)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


BUILT_IN_AUTOMATIONS.register(
    "scheduling_pages",
    AutomationSource(
        key="scheduling_pages",
        label=gettext_lazy("Scheduling pages"),
        lead=gettext_lazy("Emails that guests get in their own language and time zone."),
        icon="calendar",
        find=pages_find,
        empty=gettext_lazy("Once there is a scheduling page, its confirmations, reminders and follow-ups stand here."),
        add_label=gettext_lazy("New page"),
        add=lambda account_id: reverse("calendars:page_create", args=[account_id]),
        order=10,
    ),
)
