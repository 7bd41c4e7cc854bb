"""Why a record cannot be written."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from hubclone.lib.errors import PermanentError

UNKNOWN = gettext_noop("There is no such property.")
ARCHIVED = gettext_noop("This property is archived.")
READ_ONLY = gettext_noop("This property cannot be changed.")


class RecordError(PermanentError):
    """The change cannot be made as asked."""

    code = "VALIDATION_ERROR"


class InvalidProperty(RecordError):
    """A value does not fit its definition. ``name`` is the property, ``reason`` a sentence for people."""

    code = "INVALID_PROPERTY"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class RecordNotFound(RecordError):
    """There is no such record in this account, or it is archived. ``record_id`` is the one that was asked for."""

    code = "OBJECT_NOT_FOUND"

    def __init__(self, record_id: int) -> None:
        super().__init__(f"record {record_id} was not found")
        self.record_id = record_id


class IdentityTaken(RecordError):
    """An address belongs to another record, ``record_id`` (A16). The text does not hold the address."""

    code = "CONFLICT"

    def __init__(self, record_id: int) -> None:
        super().__init__(str(_("This address belongs to another record.")))
        self.record_id = record_id


class RecordStale(RecordError):
    """The record has changed since it was shown."""

    code = "STALE"

    def __init__(self) -> None:
        super().__init__(str(_("One of the records has changed meanwhile. Look at the values again.")))


class MergeRefused(RecordError):
    """These two records cannot become one. The text says why."""

    code = "MERGE_REFUSED"


class UnknownAssociationType(RecordError):
    """No association type of this id links these two kinds of record."""

    code = "INVALID_ASSOCIATION"

    def __init__(self, from_type: str, to_type: str, type_id: int) -> None:
        super().__init__(f"no association type {type_id} from {from_type} to {to_type}")


class UnknownTimelineKind(RecordError):
    """A timeline kind that nobody registered."""

    code = "INVALID_TIMELINE_KIND"
