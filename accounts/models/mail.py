"""E-mails on their way out."""

from __future__ import annotations

from django.db import models

from hubclone.lib.jobs.models import LeasedJob


class OutgoingEmail(LeasedJob):
    """One e-mail to one person, written with the change that it tells of and sent by a job of kind ``email.send``.

    ``key`` names it once and for all in its account (``booking:12:confirmation:guest``): a second one is not made. The
    Message-ID derives from it, so that a resend after a crash is the same message to the mailbox that gets it. The row
    is kept: its key is what says that somebody was told.
    """

    KEPT_DAYS = None

    key = models.CharField(max_length=200)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=400)
    text = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True, help_text="An iCalendar object; its METHOD is in calendar_method.")
    calendar_method = models.CharField(max_length=20, blank=True)
    reply_to = models.EmailField(max_length=254, blank=True)
    message_id = models.CharField(max_length=254)

    class Meta(LeasedJob.Meta):
        constraints = [
            *LeasedJob.Meta.constraints,
            models.UniqueConstraint(fields=["account", "key"], name="outgoingemail_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"
