"""Records and all that hangs on them: one generic store for every object type (A15)."""

from crm.models.association import Association, AssociationType
from crm.models.erasure import ErasedAddress
from crm.models.event import Event, EventCursor
from crm.models.property import PropertyChange, PropertyDefinition, PropertyGroup
from crm.models.record import Record, RecordIdentity
from crm.models.timeline import TimelineEntry

__all__ = [
    "Association",
    "AssociationType",
    "ErasedAddress",
    "Event",
    "EventCursor",
    "PropertyChange",
    "PropertyDefinition",
    "PropertyGroup",
    "Record",
    "RecordIdentity",
    "TimelineEntry",
]
