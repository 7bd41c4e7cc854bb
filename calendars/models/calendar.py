"""What is connected, and when it is busy."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from calendars.choices import CalendarAccess


class CalendarAccount(models.Model):
    """A user's connected calendar account: one a user (C1). It outlives reconnecting; replacing it makes a new one."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="calendar_accounts")
    connection = models.OneToOneField(
        "connections.Connection", on_delete=models.CASCADE, related_name="calendar_account"
    )
    is_sync_on = models.BooleanField(default=True, help_text="Calendar sync (C5): events with contacts are logged.")
    attempt_told_at = models.DateTimeField(
        null=True, help_text="When the owner was last told that somebody tried to book them in vain (C10)."
    )
    listed_at = models.DateTimeField(null=True, help_text="When its list of calendars was last asked for.")
    shared_by = ArrayField(
        models.EmailField(),
        default=list,
        blank=True,
        help_text="Whose main calendars its owner has added by address, where the provider keeps no list of them.",
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="calendar_account_one_a_user")]

    def __str__(self) -> str:
        return f"calendar account {self.pk} of user {self.user_id}"


class Calendar(models.Model):
    """A calendar that the connected account owns or can reach. Availability looks at the selected ones (C9).

    ``sync_token`` belongs to the window [window_starts_at, window_ends_at); ``generation`` marks the rows of the last
    full sync, so that what it did not bring is removed at its end. ``synced_at`` is when the last complete sync began,
    ``tried_at`` the last one of all, ``push_tried_at`` the last attempt to open a push channel.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    calendar_account = models.ForeignKey(CalendarAccount, on_delete=models.CASCADE, related_name="calendars")
    remote_id = models.CharField(max_length=400)
    name = models.CharField(max_length=400)
    time_zone = models.CharField(max_length=64, default="UTC")
    is_primary = models.BooleanField(default=False)
    is_writable = models.BooleanField(default=False)
    is_selected = models.BooleanField(default=False)
    access = models.CharField(max_length=8, choices=CalendarAccess, default=CalendarAccess.OK)
    access_lost_at = models.DateTimeField(null=True)
    sync_token = models.TextField(blank=True)
    window_starts_at = models.DateTimeField(null=True)
    window_ends_at = models.DateTimeField(null=True)
    generation = models.PositiveIntegerField(default=0)
    synced_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    push_tried_at = models.DateTimeField(null=True)
    last_error_code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "calendar_account", "remote_id"], name="calendar_once"),
            models.UniqueConstraint(
                fields=["account", "calendar_account"], name="calendar_one_primary", condition=Q(is_primary=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BusyInterval(models.Model):
    """One event that blocks its owner (C3): half-open, in UTC. ``remote_id`` is the instance's id at the provider.

    These rows come in tens of thousands: no index beside those that serve a query, and no check of each row's calendar
    and account by the database. ``calendars.services.busy.busy_write``, the one writer, holds the calendar's row.
    """

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    calendar = models.ForeignKey(
        Calendar, on_delete=models.CASCADE, related_name="busy", db_index=False, db_constraint=False
    )
    remote_id = models.CharField(max_length=400)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    generation = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "calendar", "remote_id"], name="busy_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="busy_not_empty"),
        ]
        indexes = [models.Index(fields=["calendar", "ends_at", "starts_at"], name="busy_window")]

    def __str__(self) -> str:
        return f"busy {self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%H:%M}"


class LoggedEvent(models.Model):
    """An event made in the calendar itself that is logged on contacts as a meeting (C5); bookings are not among them.

    ``fingerprint`` is a digest of what was logged, so that an event that comes again unchanged writes nothing. Copies
    of one event on several calendars of an account share their meeting. [starts_at, ends_at) says whether a full sync,
    which sees a window of time, had to bring it.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="logged_events")
    remote_id = models.CharField(max_length=400)
    meeting = models.ForeignKey("crm.Record", on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    generation = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "calendar", "remote_id"], name="logged_event_once")]
        indexes = [models.Index(fields=["account", "remote_id"], name="logged_event_copies")]

    def __str__(self) -> str:
        return f"event of calendar {self.calendar_id} as meeting {self.meeting_id}"


class PushChannel(models.Model):
    """A subscription to a calendar's changes at its provider; renewed before it ends (C7).

    ``token_digest`` is the SHA-256 of a secret that we chose and that comes back with each push.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="channels")
    channel_id = models.UUIDField(db_index=True)
    token_digest = models.CharField(max_length=64)
    resource_id = models.CharField(max_length=400, blank=True)
    expires_at = models.DateTimeField(null=True)
    last_message = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "channel_id"], name="push_channel_once")]

    def __str__(self) -> str:
        return f"channel {self.channel_id}"
