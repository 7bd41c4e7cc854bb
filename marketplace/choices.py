"""Enumerations of the marketplace."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Connected(TextChoices):
    """What the catalogue is narrowed to."""

    MINE = "mine", _("Connected by you")
    NOT_MINE = "not_mine", _("Not connected by you")
