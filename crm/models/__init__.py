"""Records and all that hangs on them: one generic store for every object type (A15)."""

from crm.models.association import Association, AssociationType
from crm.models.consent import Consent
from crm.models.erasure import ErasedAddress, ExcludedDomain
from crm.models.event import Event, EventCursor
from crm.models.property import PropertyChange, PropertyDefinition, PropertyGroup, Schema
from crm.models.record import Record, RecordIdentity
from crm.models.timeline import TimelineEntry

__all__ = [
    "Association",
    "AssociationType",
    "Consent",
    "ErasedAddress",
    "Event",
    "EventCursor",
    "ExcludedDomain",
    "PropertyChange",
    "PropertyDefinition",
    "PropertyGroup",
    "Record",
    "RecordIdentity",
    "Schema",
    "TimelineEntry",
]
