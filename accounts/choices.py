"""Enumerations of people and rights (A3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ActorKind(TextChoices):
    """Who or what changes something; the source of a property's history and of an audit row derives from it."""

    USER = "user", _("User")
    APP = "app", _("App")
    SYNC = "sync", _("Sync")
    IMPORT = "import", _("Import")
    WORKFLOW = "workflow", _("Workflow")
    VISITOR = "visitor", _("Visitor")
    SYSTEM = "system", _("System")


class Right(TextChoices):
    """What a member may do beyond using the account; a super admin holds all of them."""

    SUPER_ADMIN = "super_admin", _("Super admin")
    APP_MARKETPLACE_ACCESS = "app_marketplace_access", _("App Marketplace Access")
    EDIT_ACCOUNT_SETTINGS = "edit_account_settings", _("Edit account settings")


class SeatKind(TextChoices):
    """The paid seats."""

    NONE = "none", _("No paid seat")
    SALES = "sales", _("Sales")
    SERVICE = "service", _("Service")


class Tier(TextChoices):
    """The tiers of seats and subscriptions, in ascending order; the empty one belongs to no seat."""

    NONE = "", "—"
    STARTER = "starter", _("Starter")
    PROFESSIONAL = "professional", _("Professional")
    ENTERPRISE = "enterprise", _("Enterprise")


class Hub(TextChoices):
    """What an account can subscribe to."""

    MARKETING = "marketing", _("Marketing Hub")
    CMS = "cms", _("CMS Hub")
    OPERATIONS = "operations", _("Operations Hub")


class DomainState(TextChoices):
    """Claimed, or proven to be the account's."""

    PENDING = "pending", _("Waiting for proof")
    CONNECTED = "connected", pgettext_lazy("domain", "Connected")


class DomainProof(TextChoices):
    """How an account proves that a host name is its own."""

    TXT = "txt", _("DNS record")
    HTTP = "http", _("File on the host")
