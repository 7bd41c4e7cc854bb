"""What callers of the scheduler API send. Names are the API's; values come out as ours."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rest_framework import serializers

DURATION_MS_MOST = 7 * 24 * 3_600_000
LIST_LENGTH_MOST = 200
UNIT_MINUTES = {"MINUTES": 1, "HOURS": 60, "DAYS": 24 * 60, "WEEKS": 7 * 24 * 60}
"""The units of reminders."""


class AwareDateTime(serializers.Field[dt.datetime, str, str, Any]):
    """An ISO 8601 time with its offset."""

    default_error_messages = {"invalid": "Must be an ISO 8601 date and time with an offset, as 2026-11-23T10:00:00Z."}

    def to_internal_value(self, data: Any) -> dt.datetime:
        """Raises ValidationError for anything else."""
        try:
            moment = dt.datetime.fromisoformat(data)
        except (TypeError, ValueError):
            self.fail("invalid")
        if moment.tzinfo is None:
            self.fail("invalid")
        return moment

    def to_representation(self, value: dt.datetime) -> str:
        """ISO."""
        return value.isoformat()


class FormFieldSerializer(serializers.Serializer[Any]):
    """An answer: {name, value}."""

    name = serializers.CharField(max_length=100)
    value = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=1_000_000)


class BookSerializer(serializers.Serializer[Any]):
    """POST …/meeting-links/book. ``duration`` is in milliseconds."""

    slug = serializers.CharField(max_length=200)
    startTime = AwareDateTime()
    duration = serializers.IntegerField(min_value=60_000, max_value=DURATION_MS_MOST)
    email = serializers.CharField(max_length=1000)
    firstName = serializers.CharField(max_length=1000, allow_blank=True)
    lastName = serializers.CharField(max_length=1000, allow_blank=True)
    formFields = serializers.ListField(child=FormFieldSerializer(), max_length=LIST_LENGTH_MOST)
    legalConsentResponses = serializers.ListField(child=serializers.JSONField(), max_length=LIST_LENGTH_MOST)
    likelyAvailableUserIds = serializers.ListField(child=serializers.JSONField(), max_length=LIST_LENGTH_MOST)
    timezone = serializers.CharField(required=False, allow_blank=True, max_length=100)
    locale = serializers.CharField(required=False, allow_blank=True, max_length=20)


class RecordReferenceSerializer(serializers.Serializer[Any]):
    """{id}."""

    id = serializers.RegexField(r"^\d{1,18}$")


class AssociationTypeSerializer(serializers.Serializer[Any]):
    """{associationCategory, associationTypeId}."""

    associationCategory = serializers.CharField(max_length=40)
    associationTypeId = serializers.IntegerField(min_value=1, max_value=2_000_000_000)


class AssociationSerializer(serializers.Serializer[Any]):
    """{to: {id}, types: […]}."""

    to = RecordReferenceSerializer()
    types = serializers.ListField(child=AssociationTypeSerializer(), min_length=1, max_length=10)


class ReminderSerializer(serializers.Serializer[Any]):
    """{numberOfTimeUnits, timeUnit}."""

    numberOfTimeUnits = serializers.IntegerField(min_value=0, max_value=10_000)
    timeUnit = serializers.ChoiceField(choices=list(UNIT_MINUTES))


class ReminderScheduleSerializer(serializers.Serializer[Any]):
    """{reminders, shouldIncludeInviteDescription}."""

    reminders = serializers.ListField(child=ReminderSerializer(), max_length=20)
    shouldIncludeInviteDescription = serializers.BooleanField()


class CalendarMeetingSerializer(serializers.Serializer[Any]):
    """POST …/calendar."""

    associations = serializers.ListField(child=AssociationSerializer(), max_length=LIST_LENGTH_MOST)
    properties = serializers.DictField(child=serializers.JSONField(allow_null=True))
    emailReminderSchedule = ReminderScheduleSerializer()
    timezone = serializers.CharField(max_length=100)
