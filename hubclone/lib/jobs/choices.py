"""What a leased job can be."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JobState(TextChoices):
    """queued → running → done, or dead when it needs a person; a dead one is queued again by Retry."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DEAD = "dead", _("Failed")


class JobQueue(TextChoices):
    """Which Celery queue carries the hint: what a person waits for, the usual, and what may take hours."""

    REALTIME = "realtime", _("Right away")
    DEFAULT = "default", _("Usual")
    BULK = "bulk", _("In bulk")
