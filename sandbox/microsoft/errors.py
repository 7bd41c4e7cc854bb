"""Errors in the shapes of Graph and of the v2.0 authority."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from werkzeug.wrappers import Response

from sandbox.context import Ask, Refusal
from sandbox.faults import Fault

_FAULT_CODES = {
    400: ("BadRequest", "Bad request."),
    401: ("InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
    403: ("ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    404: ("ErrorItemNotFound", "The specified object was not found in the store."),
    409: ("ErrorIrresolvableConflict", "The send or update operation could not be performed."),
    410: ("SyncStateNotFound", "The sync state generation is not found."),
    412: ("ErrorIrresolvableConflict", "The change key passed in the request does not match the current one."),
    429: ("ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable. Please try again later."),
    504: ("GatewayTimeout", "The request timed out."),
}


class GraphError(Refusal):
    """An error answer of Graph."""

    def __init__(self, status: int, code: str, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    def response(self) -> Response:
        """``{"error": {"code", "message", "innerError": {date, request-id, client-request-id}}}``."""
        request = str(uuid.uuid4())
        inner = {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", "request-id": request, "client-request-id": request}
        body = {"error": {"code": self.code, "message": self.message, "innerError": inner}}
        return Response(json.dumps(body), self.status, self.headers, content_type="application/json")


def not_found() -> GraphError:
    """No such thing, or none that this account may know of."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def denied() -> GraphError:
    """A good token without the permission, or a person without it."""
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def invalid(message: str, code: str = "ErrorInvalidRequest") -> GraphError:
    """A value that cannot be."""
    return GraphError(400, code, message)


def unauthorized(message: str) -> GraphError:
    """No good bearer token."""
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})


def oauth_error(status: int, error: str, number: int, text: str, *, suberror: str = "") -> Response:
    """The authority's error: ``{"error", "error_description": "AADSTS…", "error_codes", …}``."""
    trace, correlation = uuid.uuid4(), uuid.uuid4()
    moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {text} Trace ID: {trace} Correlation ID: {correlation}"
        f" Timestamp: {moment}",
        "error_codes": [number],
        "timestamp": moment,
        "trace_id": str(trace),
        "correlation_id": str(correlation),
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        **({"suberror": suberror} if suberror else {}),
    }
    return Response(json.dumps(body), status, content_type="application/json; charset=utf-8")


def fault_answer(fault: Fault, ask: Ask) -> Response:
    """What a call answers that was ordered to fail with a status."""
    code, message = _FAULT_CODES.get(fault.status, ("UnknownError", "An unexpected error occurred."))
    if fault.body is not None:
        text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
        response = Response(text, fault.status, content_type="application/json")
    elif "/oauth2/" in ask.path:
        kind = "invalid_grant" if fault.status == 400 else "temporarily_unavailable"
        response = oauth_error(fault.status, fault.reason or kind, 90033, "A transient error has occurred.")
    else:
        response = GraphError(fault.status, fault.reason or code, message).response()
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def refusal(ask: Ask, code: int, message: str) -> Response | None:
    """What Graph answers to a path or a body that it cannot read; None outside Graph."""
    if not ask.path.startswith("/microsoft/graph/"):
        return None
    if code == 404:
        return GraphError(400, "BadRequest", "Resource not found for the segment.").response()
    return GraphError(code, "BadRequest", message).response()
