"""What a visitor sent, checked and cleaned. Everything wrong is told at once, each at its own field."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from calendars.choices import BookingSource
from calendars.engine.hours import zone_names
from calendars.exceptions import BookingInvalid
from calendars.models import SchedulingPage
from calendars.selectors.pages import fields_asked
from crm.choices import ObjectType
from crm.models import PropertyDefinition
from crm.values import BadValue, Definition, value_normalise
from hubclone.lib.names import LINK_REFUSED, link_in
from hubclone.lib.text import clean, clean_line, email_normalise

NAME_LENGTH_MOST = 100
EMAIL_LENGTH_MOST = 254
ANSWER_LENGTH_MOST = 2000
YEARS_AHEAD_MOST = 5
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """A visitor's wish as it came in. ``start`` is aware, ``time_zone`` an IANA name (empty: the page's own).

    ``answers`` maps names of the page's form fields to text. ``idempotency_key`` is drawn once for each form shown.
    ``consent_text`` are the words that the visitor has agreed to.
    """

    start: dt.datetime
    duration_minutes: int
    first_name: str
    last_name: str
    email: str
    answers: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = ""
    language: str = "en"
    idempotency_key: str = ""
    source: BookingSource = BookingSource.PAGE
    consent_text: str = ""


@dataclass(frozen=True, slots=True)
class BookingForm:
    """A request that holds: text is clean, times are UTC, the language is one of ours."""

    starts_at: dt.datetime
    duration_minutes: int
    first_name: str
    last_name: str
    email: str
    answers: dict[str, str]
    time_zone: str
    language: str
    idempotency_key: str
    source: BookingSource
    consent_text: str

    @property
    def duration(self) -> dt.timedelta:
        """How long the meeting lasts, without buffers."""
        return dt.timedelta(minutes=self.duration_minutes)

    @property
    def ends_at(self) -> dt.datetime:
        """The end of the meeting."""
        return self.starts_at + self.duration


def booking_form_clean(*, page: SchedulingPage, request: BookingRequest) -> BookingForm:
    """The cleaned request. Raises BookingInvalid with a sentence for each field that does not hold."""
    check = _Check()
    form = BookingForm(
        starts_at=check.start(request.start),
        duration_minutes=check.duration(request.duration_minutes, page),
        first_name=check.name("first_name", request.first_name, required=True),
        last_name=check.name("last_name", request.last_name),
        email=check.email(request.email),
        answers=check.answers(request.answers, page),
        time_zone=check.zone(request.time_zone or page.time_zone),
        language=request.language if request.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        idempotency_key=idempotency_key_clean(request.idempotency_key),
        source=request.source,
        consent_text=check.consent(request.consent_text, page),
    )
    if check.errors:
        raise BookingInvalid(check.errors)
    return form


def idempotency_key_clean(key: str) -> str:
    """The key as it is kept: itself when it is short and plain, else its digest."""
    if not key or _PLAIN_KEY.fullmatch(key):
        return key
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


class _Check:
    """One method a kind of field; each answers a value of the right type and notes what is wrong."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def start(self, start: dt.datetime) -> dt.datetime:
        now = dt.datetime.now(dt.UTC)
        if start.tzinfo is None:
            self.errors["start"] = _("The time needs its zone.")
            return now
        if not 2000 < start.year < now.year + YEARS_AHEAD_MOST:
            self.errors["start"] = _("This time is too far away.")
            return now
        return start.astimezone(dt.UTC)

    def duration(self, minutes: int, page: SchedulingPage) -> int:
        if minutes in page.durations:
            return minutes
        self.errors["duration"] = _("This page does not offer meetings of that length.")
        return page.durations[0]

    def text(self, name: str, value: str, most: int, *, required: bool = False, lines: bool = False) -> str:
        if len(value) > most * 4:
            self.errors[name] = self._too_long(most)
            return ""
        value = value.encode(errors="ignore").decode()  # A lone surrogate fits no database.
        value = clean(value) if lines else clean_line(value)
        if required and not value:
            self.errors[name] = _("Please fill this in.")
        elif len(value) > most:
            self.errors[name] = self._too_long(most)
        return value

    def name(self, name: str, value: str, *, required: bool = False) -> str:
        text = self.text(name, value, NAME_LENGTH_MOST, required=required)
        if link_in(text):
            self.errors[name] = str(LINK_REFUSED)
        return text

    def email(self, value: str) -> str:
        address = email_normalise(self.text("email", value, EMAIL_LENGTH_MOST, required=True))
        if "email" not in self.errors:
            try:
                validate_email(address)
            except ValidationError:
                self.errors["email"] = _("Please enter a valid email address, such as name@example.com.")
        return address

    def answers(self, given: Mapping[str, str], page: SchedulingPage) -> dict[str, str]:
        found = {}
        fields = fields_asked(page)
        definitions = contact_definitions(page.account_id, [item["name"] for item in fields])
        for item in fields:
            name, raw = item["name"], given.get(item["name"], "")
            definition = definitions.get(name)
            if item.get("hidden"):
                value = _hidden_value(definition, raw)
            else:
                required = bool(item.get("required")) and definition is not None
                value = self.text(name, raw, ANSWER_LENGTH_MOST, required=required, lines=True)
            if value:
                found[name] = value
        return found

    def consent(self, agreed: str, page: SchedulingPage) -> str:
        if agreed != page.consent_text:
            self.errors["consent"] = _("This page asks for consent to its present words.")
        return page.consent_text

    def zone(self, name: str) -> str:
        if name in zone_names():
            return name
        self.errors["time_zone"] = _("This time zone is not known.")
        return "UTC"

    @staticmethod
    def _too_long(most: int) -> str:
        return _("This is too long: at most %(most)d characters.") % {"most": most}


def contact_definitions(account_id: int, names: Sequence[str]) -> dict[str, PropertyDefinition]:
    """The contact's properties of these names that can still be written: one query, none without names."""
    if not names:
        return {}
    found = PropertyDefinition.objects.filter(
        account_id=account_id, object_type=ObjectType.CONTACT, archived_at=None, is_read_only=False, name__in=names
    )
    return {definition.name: definition for definition in found}


def _hidden_value(definition: PropertyDefinition | None, raw: str) -> str:
    """What came with the page's address, when it is a value of its property; else nothing, as nobody could mend it."""
    if definition is None or not raw or len(raw) > ANSWER_LENGTH_MOST:
        return ""
    text = clean_line(raw.encode(errors="ignore").decode())
    options = frozenset(str(option["value"]) for option in definition.options)
    known = Definition(definition.name, definition.label, definition.type, definition.field_type, options)
    try:
        value_normalise(known, text)
    except BadValue:
        return ""
    return text
