"""Values of properties: from what callers give to the JSON that is kept. Pure: values in, values out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from crm.choices import PropertyType
from hubclone.lib.text import clean, clean_line, email_normalise

TEXT_LENGTH_MOST = 65_536
EMAIL_LENGTH_MOST = 254
EXPONENT_MOST = 300
INTEGER_DIGITS_MOST = 18
DIGITS_EXACT = 15
"""How many digits any number can have; whole ones can have INTEGER_DIGITS_MOST."""
_MANY_LINES = frozenset({"textarea", "html"})
_DIGITS = re.compile(r"-?\d{1,15}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOST = re.compile(r"(?:https?://)?(?:www\.)*(?P<host>[^\s/?#:@]+)(?::\d+)?(?:[/?#].*)?", re.DOTALL)
_TIMES = frozenset({PropertyType.DATE, PropertyType.DATETIME})
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_YES_NO = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}


class BadValue(ValueError):
    """The text says to a person what the value should look like."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a value must fit: a property definition as the write path knows it."""

    name: str
    label: str
    type: str
    field_type: str = "text"
    options: frozenset[str] = frozenset()
    read_only: bool = False
    archived: bool = False


def value_normalise(definition: Definition, raw: Any) -> Any:
    """``raw`` as ``PropertyType`` keeps it, None for no value. Normalising again changes nothing. Raises BadValue."""
    if raw is None or raw == "" or (isinstance(raw, (list, tuple, set, frozenset)) and not raw):
        return None
    return _NORMALISERS[definition.type](definition, raw)


def value_fits(type_: str, kept: Any) -> bool:
    """Whether ``kept`` has the shape in which this type is kept: the history of a property whose type was changed has
    values of the old one."""
    if type_ == PropertyType.BOOL:
        return isinstance(kept, bool)
    if type_ == PropertyType.NUMBER:
        return isinstance(kept, (int, float)) and not isinstance(kept, bool)
    if type_ == PropertyType.MULTI_ENUMERATION:
        return isinstance(kept, list)
    return isinstance(kept, str) and (type_ not in _TIMES or _is_time(type_, kept))


def email_value(raw: Any) -> str:
    """An e-mail address in lower case. Raises BadValue."""
    address = email_normalise(_printable(str(raw)))
    try:
        if len(address) > EMAIL_LENGTH_MOST:
            raise ValidationError("too long")
        validate_email(address)
    except ValidationError as error:
        raise BadValue(_("This is not an email address.")) from error
    return address


def datetime_text(moment: dt.datetime) -> str:
    """An aware time as it is kept: ISO in UTC with milliseconds and Z."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_time(type_: str, kept: str) -> bool:
    try:
        moment = dt.datetime.fromisoformat(kept)
    except ValueError:
        return False
    return bool(_DAY.fullmatch(kept)) if type_ == PropertyType.DATE else moment.tzinfo is not None


def _printable(text: str) -> str:
    """Without lone surrogates, which no UTF-8 text can hold."""
    return text.encode("utf-8", "ignore").decode()


def _string(definition: Definition, raw: Any) -> str | None:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
        raise BadValue(_("This must be text."))
    text = _printable(str(raw))
    if definition.name == "email":
        return email_value(text)
    text = clean(text) if definition.field_type in _MANY_LINES else clean_line(text)
    if definition.name == "domain":
        text = clean_line(_host_of(text))
    if len(text) > TEXT_LENGTH_MOST:
        raise BadValue(_("This is longer than %(most)s characters.") % {"most": TEXT_LENGTH_MOST})
    return text or None


def _host_of(text: str) -> str:
    """The host of what people paste as a domain: an address of a page is cut down to it, and a leading www. goes."""
    text = text.lower()
    found = _HOST.fullmatch(text)
    return found["host"] if found else text


def _number(definition: Definition, raw: Any) -> int | float:
    """Exactly what was given, or BadValue: nothing is rounded."""
    bad = BadValue(_("This must be a number."))
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
        raise bad
    try:
        number = Decimal(str(raw).strip())
    except InvalidOperation as error:
        raise bad from error
    if number.is_zero():
        return 0
    if not number.is_finite() or number.adjusted() >= EXPONENT_MOST:
        raise bad
    if number.adjusted() < INTEGER_DIGITS_MOST and number == number.to_integral_value():
        return int(number)
    kept = float(number)
    if Decimal(str(kept)) != number:
        raise BadValue(_("This has too many digits to keep. Round it to %(most)s digits.") % {"most": DIGITS_EXACT})
    return kept


def _bool(definition: Definition, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    answer = _YES_NO.get(str(raw).strip().lower())
    if answer is None:
        raise BadValue(_("This must be yes or no."))
    return answer


def _date(definition: Definition, raw: Any) -> str:
    bad = BadValue(_("This must be a date, as in 2026-11-30."))
    if isinstance(raw, dt.datetime):
        raise bad
    if isinstance(raw, dt.date):
        return raw.isoformat()
    text = str(raw).strip()
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text).isoformat()
        if _DIGITS.fullmatch(text) and int(text) % 86_400_000 == 0:
            return (_EPOCH + dt.timedelta(milliseconds=int(text))).date().isoformat()
    except (ValueError, OverflowError) as error:
        raise bad from error
    raise bad


def _datetime(definition: Definition, raw: Any) -> str:
    bad = BadValue(_("This must be a time with its zone, as in 2026-11-30T09:00:00Z."))
    try:
        if isinstance(raw, dt.datetime):
            moment = raw
        elif _DIGITS.fullmatch(text := str(raw).strip()):
            moment = _EPOCH + dt.timedelta(milliseconds=int(text))
        else:
            moment = dt.datetime.fromisoformat(text)
        kept = datetime_text(moment)
    except (ValueError, OverflowError) as error:
        raise bad from error
    if moment.tzinfo is None:
        raise bad
    return kept


def _option(definition: Definition, raw: Any) -> str | None:
    text = clean_line(_printable(str(raw)))
    if not text:
        return None
    if definition.options and text not in definition.options:
        raise BadValue(_("This is not one of the options."))
    return text


def _options(definition: Definition, raw: Any) -> list[str] | None:
    parts: Iterable[Any] = raw.split(";") if isinstance(raw, str) else raw
    if not isinstance(parts, (list, tuple, set, frozenset)):
        raise BadValue(_("This must be a list of options."))
    chosen = {option for part in parts if (option := _option(definition, part))}
    return sorted(chosen) or None


_NORMALISERS: dict[str, Callable[[Definition, Any], Any]] = {
    PropertyType.STRING.value: _string,
    PropertyType.NUMBER.value: _number,
    PropertyType.BOOL.value: _bool,
    PropertyType.DATE.value: _date,
    PropertyType.DATETIME.value: _datetime,
    PropertyType.ENUMERATION.value: _option,
    PropertyType.MULTI_ENUMERATION.value: _options,
}
