"""What a guest answered, for reading: what was kept as a code is told in words of the active language."""

from __future__ import annotations

from django.utils import timezone

from calendars.models import Booking
from calendars.selectors.pages import fields_asked
from crm.choices import ObjectType, PropertyType
from crm.labels import property_words
from crm.models import PropertyDefinition
from crm.presentation import value_text
from crm.values import BadValue, Definition, value_normalise


def answers_words(booking: Booking, zone: str) -> dict[str, str]:
    """Answer by property, times in ``zone`` (IANA); one query, none without answers."""
    if not booking.form_answers:
        return {}
    definitions = PropertyDefinition.objects.filter(
        account_id=booking.account_id, object_type=ObjectType.CONTACT, name__in=booking.form_answers
    )
    known = {definition.name: definition for definition in definitions}
    with timezone.override(zone):
        return {name: _words(known.get(name), str(value)) for name, value in booking.form_answers.items()}


def answers_shown(booking: Booking, zone: str) -> list[tuple[str, str]]:
    """(label, answer) in the order of the form."""
    labels = {str(item["name"]): str(item.get("label") or "") for item in fields_asked(booking.page)}
    words = answers_words(booking, zone)
    names = [*(name for name in labels if name in words), *(name for name in words if name not in labels)]
    return [(property_words(ObjectType.CONTACT, name, labels.get(name, "")), words[name]) for name in names]


def _words(definition: PropertyDefinition | None, answer: str) -> str:
    """Text stays as it was typed, and so does what its property no longer takes."""
    if definition is None or definition.type == PropertyType.STRING:
        return answer
    try:
        value = value_normalise(Definition(definition.name, definition.label, definition.type), answer)
    except BadValue:
        return answer
    return value_text(definition, value, {})
