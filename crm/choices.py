"""Enumerations of records."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ObjectType(TextChoices):
    """Every kind of record; the value is the singular that the code uses, the API's plural is in ``crm.objects``."""

    CONTACT = "contact", _("Contact")
    COMPANY = "company", _("Company")
    DEAL = "deal", _("Deal")
    TICKET = "ticket", _("Ticket")
    PRODUCT = "product", _("Product")
    LINE_ITEM = "line_item", _("Line item")
    INVOICE = "invoice", _("Invoice")
    ORDER = "order", _("Order")
    MARKETING_EVENT = "marketing_event", _("Marketing event")
    CALL = "call", _("Call")
    EMAIL = "email", _("Email")
    MEETING = "meeting", _("Meeting")
    NOTE = "note", _("Note")
    TASK = "task", _("Task")


class PropertyType(TextChoices):
    """How a value is kept in JSON: text, number, true or false, ``YYYY-MM-DD``, an ISO instant in UTC with
    milliseconds and Z, one option, or a sorted list of options."""

    STRING = "string", _("Text")
    NUMBER = "number", pgettext_lazy("kind of property", "Number")
    BOOL = "bool", _("Yes or no")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")
    ENUMERATION = "enumeration", _("One of a list")
    MULTI_ENUMERATION = "multi_enumeration", _("Several of a list")


class IdentityKind(TextChoices):
    """What makes a record recognisable; unique in an account for each object type and namespace."""

    EMAIL = "email", _("Email address")
    DOMAIN = "domain", _("Domain")
    EXTERNAL = "external", _("Outside ID")


class EventKind(TextChoices):
    """What a row of the event log tells."""

    RECORD_CREATED = "record.created"
    RECORD_CHANGED = "record.changed"
    RECORD_ARCHIVED = "record.archived"
    RECORD_RESTORED = "record.restored"
    RECORD_MERGED = "record.merged"
    RECORD_ERASED = "record.erased"
    ASSOCIATION_CREATED = "association.created"
    ASSOCIATION_REMOVED = "association.removed"


class AssociationCategory(TextChoices):
    """Ours, or defined by the account."""

    BUILT_IN = "HUBSPOT_DEFINED"
    CUSTOM = "USER_DEFINED"


class ConsentState(TextChoices):
    """What a person said about a purpose."""

    GIVEN = "given", _("Given")
    WITHDRAWN = "withdrawn", _("Withdrawn")
