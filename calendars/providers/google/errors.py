"""What Google's refusals mean for us.

https://developers.google.com/workspace/calendar/api/guides/errors
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from googleapiclient.errors import Error as GoogleError
from googleapiclient.errors import HttpError
from httplib2 import HttpLib2Error

from calendars.exceptions import CalendarGone, EventRefused, SyncTokenExpired
from connections.exceptions import GrantRevoked
from connections.services.state import connection_failed, connection_noted
from hubclone.lib.errors import HubError, NeedsUserError, PermanentError, TransientError
from hubclone.lib.outbound.retry import retry_after

SLOW_DOWN = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"})
SCOPE_MISSING = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
API_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
"""The installation's own project may not use the API, whoever asks and for whichever calendar."""
TRY_AGAIN = frozenset({408, 412, 423})


@contextmanager
def google_errors(connection_id: int) -> Iterator[None]:
    """Translate what the library raises; what concerns the whole connection is written on it."""
    try:
        yield
    except HttpError as error:
        raise _noted(connection_id, http_failure(error)) from error
    except (HttpLib2Error, HTTPException, OSError) as error:
        unreachable = TransientError("Google did not answer.", code="PROVIDER_UNREACHABLE")
        raise _noted(connection_id, unreachable) from error
    except (GoogleError, ValueError) as error:
        raise TransientError("Google's answer makes no sense.", code="ANSWER_UNREADABLE") from error


def http_failure(error: HttpError) -> HubError:
    """The error of ours that a refusal means."""
    status, reason = int(error.resp.status), _reason(error)
    if status == 429 or (status == 403 and reason in SLOW_DOWN):
        return TransientError("Google asks us to slow down.", code="RATE_LIMITED", retry_after=_wait(error))
    if status >= 500 or status in TRY_AGAIN:
        return TransientError("Google has a problem.", code="PROVIDER_DOWN", retry_after=_wait(error))
    if status == 401:
        return GrantRevoked(code="TOKEN_REFUSED")
    if status == 403 and reason in SCOPE_MISSING:
        return GrantRevoked(code="SCOPE_INSUFFICIENT")
    if status == 403 and reason in API_OFF:
        return TransientError("The Google Calendar API is not switched on for this installation.", code="API_OFF")
    if status in (403, 404):
        return CalendarGone()
    if status == 410:
        return SyncTokenExpired()
    if status == 409:
        return EventRefused(code="DUPLICATE")
    return PermanentError(f"Google refused the call: {status} {reason}.", code="REFUSED")


def status_of(error: HubError) -> int:
    """The HTTP status that an error of ours was made from; 0 for one that was not made from an answer."""
    return int(error.__cause__.resp.status) if isinstance(error.__cause__, HttpError) else 0


def _noted(connection_id: int, error: HubError) -> HubError:
    if isinstance(error, GrantRevoked):
        connection_failed(connection_id=connection_id, code=error.code)
    elif isinstance(error, TransientError) and not isinstance(error, (SyncTokenExpired, NeedsUserError)):
        connection_noted(connection_id=connection_id, code=error.code)
    return error


def _reason(error: HttpError) -> str:
    """The machine-readable reason of {"error": {"errors": [{"reason"}]}}, or ""."""
    try:
        found = json.loads(error.content)["error"]["errors"][0]["reason"]
    except (ValueError, LookupError, TypeError):
        return ""
    return str(found)


def _wait(error: HttpError) -> float | None:
    """httplib2 writes the names of headers small."""
    return retry_after({name: error.resp.get(name.lower(), "") for name in ("Retry-After", "Date")})
