"""Kept values in a property whose type or options are to change. Pure: values in, values out."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from crm.choices import PropertyType
from crm.values import BadValue, Definition, value_normalise

_MIDNIGHT = "T00:00:00.000Z"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMES = frozenset({PropertyType.DATE.value, PropertyType.DATETIME.value})


def value_convert(wanted: Definition, kept: Any) -> Any:
    """``kept`` as ``wanted`` has it, without losing any of it: a list of one option is that option, a date is its
    midnight in UTC, and nothing else is guessed. Raises BadValue for a value that does not fit."""
    if isinstance(kept, list):
        return _list(wanted, kept)
    if isinstance(kept, bool):
        return value_normalise(wanted, kept if wanted.type == PropertyType.BOOL else str(kept).lower())
    if wanted.type in _TIMES:
        return value_normalise(wanted, _moment(wanted.type, str(kept)))
    if wanted.type == PropertyType.MULTI_ENUMERATION:
        return value_normalise(wanted, [str(kept)])
    return value_normalise(wanted, kept)


def _list(wanted: Definition, kept: list[Any]) -> Any:
    if wanted.type == PropertyType.MULTI_ENUMERATION:
        return value_normalise(wanted, kept)
    if wanted.type == PropertyType.STRING:
        return value_normalise(wanted, "; ".join(map(str, kept)))
    if len(kept) != 1:
        raise BadValue(_("This has several values."))
    return value_convert(wanted, kept[0])


def _moment(type_: str, kept: str) -> str:
    """Only what is written as a day or an instant is one: a number of milliseconds is not meant as such here."""
    if not _DAY.match(kept):
        raise BadValue(_("This is not a date."))
    if type_ == PropertyType.DATE:
        return kept.removesuffix(_MIDNIGHT)
    return f"{kept}T00:00:00Z" if _DAY.fullmatch(kept) else kept
