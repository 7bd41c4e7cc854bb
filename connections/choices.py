"""Enumerations of connections."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ConnectionState(TextChoices):
    """Working, waiting for a person, or removed on purpose."""

    ACTIVE = "active", _("Active")
    NEEDS_ATTENTION = "needs_attention", _("Needs attention")
    DISCONNECTED = "disconnected", _("Disconnected")


class DataDirection(TextChoices):
    """Which way data goes between an outside app and the account (M3)."""

    IN = "in", _("from the app")
    OUT = "out", _("to the app")
    BOTH = "both", _("both ways")


class ConnectKind(TextChoices):
    """How a provider is connected: consent in the browser, or a form with a password."""

    OAUTH = "oauth", _("Sign-in at the provider")
    FORM = "form", _("Form")
