"""What Graph's refusals mean for us.

https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/graph/throttling
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests

from calendars.exceptions import CalendarGone, SyncTokenExpired
from connections.exceptions import GrantRevoked
from connections.services.state import connection_failed, connection_noted
from hubclone.lib.errors import HubError, NeedsUserError, PermanentError, TransientError
from hubclone.lib.outbound.retry import retry_after

GONE_CODES = frozenset({"erroritemnotfound", "errorinvalididmalformed", "errorfoldernotfound"})
NO_MAILBOX = frozenset({"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi"})
SYNC_LOST = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
SLOW_DOWN = frozenset({"applicationthrottled", "toomanyrequests", "mailboxconcurrency"})
TRY_AGAIN = frozenset({408, 409, 412, 423})


class GraphRefusal(Exception):
    """An answer that is no success: its status, its machine-readable code (or ""), and when to come back."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__(f"{answer.status_code}")
        self.status = answer.status_code
        self.code = _code(answer)
        self.retry_after = retry_after(answer.headers)


@contextmanager
def graph_errors(connection_id: int) -> Iterator[None]:
    """Translate what a call raises; what concerns the whole connection is written on it."""
    try:
        yield
    except GraphRefusal as error:
        raise _noted(connection_id, refusal_means(error)) from error
    except (requests.JSONDecodeError, LookupError, TypeError) as error:
        raise TransientError("Microsoft's answer makes no sense.", code="ANSWER_UNREADABLE") from error
    except (requests.RequestException, OSError) as error:
        unreachable = TransientError("Microsoft did not answer.", code="PROVIDER_UNREACHABLE")
        raise _noted(connection_id, unreachable) from error


def refusal_means(refusal: GraphRefusal) -> HubError:
    """The error of ours that a refusal means."""
    status, code = refusal.status, refusal.code.lower()
    if status == 429 or code in SLOW_DOWN:
        return TransientError("Microsoft asks us to slow down.", code="RATE_LIMITED", retry_after=refusal.retry_after)
    if status >= 500 or status in TRY_AGAIN:
        return TransientError("Microsoft has a problem.", code="PROVIDER_DOWN", retry_after=refusal.retry_after)
    if status == 401:
        return GrantRevoked(code="TOKEN_REFUSED")
    if code in NO_MAILBOX:
        return GrantRevoked(code="MAILBOX_NOT_ENABLED")
    if status == 410 or code in SYNC_LOST:
        return SyncTokenExpired()
    if status in (403, 404) or code in GONE_CODES:
        return CalendarGone()
    return PermanentError(f"Microsoft refused the call: {status} {refusal.code}.", code="REFUSED")


def is_missing(error: HubError) -> bool:
    """Whether what was asked for is not there, rather than forbidden."""
    refusal = error.__cause__
    return isinstance(refusal, GraphRefusal) and (refusal.status in (404, 410) or refusal.code.lower() in GONE_CODES)


def _noted(connection_id: int, error: HubError) -> HubError:
    if isinstance(error, GrantRevoked):
        connection_failed(connection_id=connection_id, code=error.code)
    elif isinstance(error, TransientError) and not isinstance(error, (SyncTokenExpired, NeedsUserError)):
        connection_noted(connection_id=connection_id, code=error.code)
    return error


def _code(answer: requests.Response) -> str:
    """The code of {"error": {"code", "message"}}, or ""."""
    try:
        found = answer.json()["error"]["code"]
    except (ValueError, LookupError, TypeError):
        return ""
    return str(found)
