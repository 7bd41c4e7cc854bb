"""Refused bookings in the API's error shape."""

from __future__ import annotations

from calendars.exceptions import BookingInvalid, BookingRefused
from hubclone.lib.api.errors import ApiError, Conflict

_NAMES = {
    "start": "startTime",
    "first_name": "firstName",
    "last_name": "lastName",
    "email": "email",
    "time_zone": "timezone",
    "duration": "duration",
    "consent": "legalConsentResponses",
}


def api_refusal(error: BookingRefused) -> ApiError:
    """400 with every wrong field by its name in the API; 409 for a time that cannot be had any more."""
    if not isinstance(error, BookingInvalid):
        return Conflict(str(error), sub_category=error.code)
    errors = [
        {"message": message, "code": error.code, "in": _NAMES.get(name, f"formFields.{name}")}
        for name, message in error.errors.items()
    ]
    return ApiError(str(error), sub_category=error.code, errors=errors)
