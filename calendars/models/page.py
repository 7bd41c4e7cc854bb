"""Scheduling pages (C18, C19)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from accounts.models import User
from calendars.choices import LocationKind, PageKind, PageState


def default_durations() -> list[int]:
    """Half an hour."""
    return [30]


def default_weekly_hours() -> dict[str, list[list[str]]]:
    """Monday to Friday, 9 to 17."""
    return {str(day): [["09:00", "17:00"]] for day in range(5)}


class PageFolder(models.Model):
    """Where a member keeps pages together."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint("account", "owner", Lower("name"), name="page_folder_name_once")]

    def __str__(self) -> str:
        return self.name


class SchedulingPage(models.Model):
    """A page on which visitors book. ``slug`` is its path under /meetings/: one in the installation (C14), lower case.

    ``weekly_hours`` maps "0" (Monday) … "6" to windows [start, end] as wall-clock "HH:MM" of ``time_zone``; an end that
    is not after its start lies on the next day, and "24:00" is midnight. ``date_overrides`` maps "YYYY-MM-DD" to
    windows that replace the day's, [] for none. Durations, steps, notice and buffers are in minutes.

    With ``first_day`` and ``last_day`` (both included, in ``time_zone``) the page offers that time alone and
    ``rolling_days`` does not count. ``reminders`` are minutes before the start, ``follow_up_minutes`` after the end.
    Both are planned when a meeting is booked or moved: what changes later is for the meetings that follow.
    ``redirect_url`` is where a booked visitor goes instead of the confirmation page.

    On a round robin page ``is_owner_first`` lets the owner of the guest's contact take the meeting when they are a host
    and free, and ``rotation_from`` is since when bookings count for whose turn it is: the last change of hosts or
    weights, so that who joins is not given everything until they have caught up.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="scheduling_pages")
    folder = models.ForeignKey(PageFolder, null=True, blank=True, on_delete=models.SET_NULL, related_name="pages")
    kind = models.CharField(max_length=24, choices=PageKind, default=PageKind.PERSONAL)
    is_owner_first = models.BooleanField(default=False, db_default=False)
    rotation_from = models.DateTimeField(null=True)
    attempt_told_at = models.DateTimeField(
        null=True, help_text="When the owner was last told that none of several hosts could be booked (C25)."
    )
    state = models.CharField(max_length=8, choices=PageState, default=PageState.ACTIVE)
    name = models.CharField(max_length=200, help_text="Internal.")
    slug = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=200, help_text="What visitors read.")
    description = models.TextField(max_length=4000, blank=True)
    invitation_subject = models.CharField(max_length=200, blank=True)
    location_kind = models.CharField(max_length=12, choices=LocationKind, default=LocationKind.CONFERENCE)
    location_detail = models.CharField(max_length=400, blank=True)
    durations = ArrayField(models.PositiveIntegerField(), default=default_durations)
    time_zone = models.CharField(max_length=64)
    weekly_hours = models.JSONField(default=default_weekly_hours)
    date_overrides = models.JSONField(default=dict)
    step = models.PositiveIntegerField(default=30)
    minimum_notice = models.PositiveIntegerField(default=60)
    buffer_before = models.PositiveIntegerField(default=0)
    buffer_after = models.PositiveIntegerField(default=0)
    rolling_days = models.PositiveIntegerField(default=60)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    limit_day = models.PositiveIntegerField(null=True, blank=True)
    limit_week = models.PositiveIntegerField(null=True, blank=True)
    form_fields = models.JSONField(
        default=list, help_text="Beyond names and e-mail: [{name, label, required, hidden}]."
    )
    consent_text = models.TextField(max_length=2000, blank=True, help_text="Not empty: the visitor must agree to it.")
    confirmation_text = models.TextField(max_length=2000, blank=True)
    reminders = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    follow_up_minutes = models.PositiveIntegerField(null=True, blank=True)
    follow_up_subject = models.CharField(max_length=200, blank=True)
    follow_up_text = models.TextField(max_length=4000, blank=True)
    redirect_url = models.URLField(max_length=400, blank=True)
    brand_color = models.CharField(max_length=7, blank=True)
    logo = models.ForeignKey(
        "calendars.PageLogo", null=True, blank=True, on_delete=models.SET_NULL, related_name="pages"
    )
    language = models.CharField(max_length=8, blank=True, help_text="Empty: as the visitor's browser asks.")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    hosts_shown: Sequence[User] | None = None
    """Of a page with several hosts, once they have been read; a preview's are chosen and not saved."""

    class Meta:
        indexes = [models.Index(fields=["account", "owner", "id"], name="page_of_owner")]
        constraints = [models.CheckConstraint(condition=Q(slug=Lower(F("slug"))), name="page_slug_lower_case")]

    def __str__(self) -> str:
        return self.name


class PageHost(models.Model):
    """A user whose time a page offers; a personal page has its owner alone.

    ``weight`` is a host's share of a round robin's meetings against the others'. Who has left (``left_at``) is offered
    no more and keeps the meetings that were booked.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    page = models.ForeignKey(SchedulingPage, on_delete=models.CASCADE, related_name="hosts")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    weight = models.PositiveSmallIntegerField(default=1, db_default=1)
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "page", "user"], name="page_host_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="page_host_weighs"),
        ]

    def __str__(self) -> str:
        return f"host {self.user_id} of page {self.page_id}"
