"""Errors in the shapes of Google's APIs."""

from __future__ import annotations

import json

from werkzeug.wrappers import Response

from sandbox.context import Refusal
from sandbox.faults import Fault

REALM = 'Bearer realm="https://accounts.google.com/"'
_DOMAINS = {
    "rateLimitExceeded": "usageLimits",
    "userRateLimitExceeded": "usageLimits",
    "quotaExceeded": "usageLimits",
    "timeRangeEmpty": "calendar",
    "requiredAccessLevel": "calendar",
    "forbiddenForNonOrganizer": "calendar",
    "fullSyncRequired": "calendar",
}
_FAULT_REASONS = {
    400: ("badRequest", "Bad Request"),
    401: ("authError", "Invalid Credentials"),
    403: ("rateLimitExceeded", "Rate Limit Exceeded"),
    404: ("notFound", "Not Found"),
    409: ("duplicate", "The requested identifier already exists."),
    410: ("fullSyncRequired", "Sync token is no longer valid, a full sync is required."),
    412: ("conditionNotMet", "Precondition Failed"),
    429: ("rateLimitExceeded", "Rate Limit Exceeded"),
}


class GoogleError(Refusal):
    """An error answer of the API."""

    def __init__(
        self, code: int, reason: str, message: str, *, detail: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.detail = code, reason, message, detail or message
        self.headers = headers or {}

    def response(self) -> Response:
        """``{"error": {"errors": [{domain, reason, message}], code, message}}``."""
        item = {"domain": _DOMAINS.get(self.reason, "global"), "reason": self.reason, "message": self.detail}
        body = {"error": {"errors": [item], "code": self.code, "message": self.message}}
        return Response(json.dumps(body), self.code, self.headers, content_type="application/json; charset=UTF-8")


def not_found() -> GoogleError:
    """No such thing, or none that this account may know of."""
    return GoogleError(404, "notFound", "Not Found")


def invalid(message: str, reason: str = "invalid") -> GoogleError:
    """A value that cannot be."""
    return GoogleError(400, reason, message)


def unauthorized(message: str = "Invalid Credentials", reason: str = "authError") -> GoogleError:
    """No good bearer token."""
    return GoogleError(401, reason, message, headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'})


def insufficient(scopes: str) -> GoogleError:
    """A good token without the scope."""
    return GoogleError(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        detail="Insufficient Permission",
        headers={"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{scopes}"'},
    )


def oauth_error(code: int, error: str, description: str) -> Response:
    """The error shape of RFC 6749."""
    body = json.dumps({"error": error, "error_description": description})
    return Response(body, code, content_type="application/json; charset=utf-8")


def fault_answer(fault: Fault, *, oauth: bool) -> Response:
    """What a call answers that was ordered to fail with a status."""
    reason, message = _FAULT_REASONS.get(fault.status, ("backendError", "Backend Error"))
    reason = fault.reason or reason
    if fault.body is not None:
        text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
        response = Response(text, fault.status, content_type="application/json; charset=UTF-8")
    elif oauth:
        response = oauth_error(fault.status, reason, message)
    else:
        response = GoogleError(fault.status, reason, message).response()
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response
