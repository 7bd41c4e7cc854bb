"""What a member has chosen for all of their meetings."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from calendars.choices import DefaultHost

CHAT_KEY_BYTES = 15


def chat_key_make() -> str:
    """A new name for a chat: 20 characters that nobody guesses."""
    return secrets.token_urlsafe(CHAT_KEY_BYTES)


class MeetingSettings(models.Model):
    """One a membership, made when it is first saved; without one everything is as its defaults say.

    ``url_part`` begins the links of pages made from now on, lower-case, one in the installation (C11); empty: made
    of the name. ``default_page`` is where a meeting link of a template leads to, None: the first page made (C12).
    Links are of ``domain`` while it is connected and the plan has it, else of ``default_host`` (C13). ``chat_key``
    is the address of the member's chat; ``is_chat_link_on`` and ``chat_page`` say whether one books in it (C17).
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    membership = models.OneToOneField("accounts.Membership", on_delete=models.CASCADE, related_name="meeting_settings")
    url_part = models.CharField(max_length=60, blank=True)
    default_page = models.ForeignKey(
        "calendars.SchedulingPage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    domain = models.ForeignKey("accounts.Domain", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    default_host = models.CharField(max_length=8, choices=DefaultHost, default=DefaultHost.MEETINGS)
    is_chat_link_on = models.BooleanField(default=False)
    chat_page = models.ForeignKey(
        "calendars.SchedulingPage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    chat_key = models.CharField(max_length=32, unique=True, default=chat_key_make)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["url_part"], name="meeting_url_part_once", condition=~Q(url_part="")),
            models.CheckConstraint(condition=Q(url_part=Lower(F("url_part"))), name="meeting_url_part_lower_case"),
        ]

    def __str__(self) -> str:
        return f"meeting settings of membership {self.membership_id}"
