"""The one error shape of the API: {status, message, correlationId, category, subCategory?, errors?, context?}."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from hubclone.lib.errors import HubError, NeedsUserError, TransientError
from hubclone.lib.paging import BadCursor

log = structlog.get_logger(__name__)


class ApiError(exceptions.APIException):
    """An error with everything that its shape can say. ``errors`` are {message, code, in, context}."""

    def __init__(
        self,
        message: str,
        *,
        status_code: int = status.HTTP_400_BAD_REQUEST,
        category: str = "VALIDATION_ERROR",
        sub_category: str = "",
        errors: Sequence[dict[str, Any]] = (),
        context: dict[str, list[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.category = category
        self.extra: dict[str, Any] = {"subCategory": sub_category, "errors": list(errors), "context": context or {}}
        self.extra = {key: value for key, value in self.extra.items() if value}


class MissingScopes(ApiError):
    """The token is good but was not given what this call needs."""

    def __init__(self, needed: Sequence[str]) -> None:
        super().__init__(
            "This app hasn't been granted all required scopes to make this call.",
            status_code=status.HTTP_403_FORBIDDEN,
            category="MISSING_SCOPES",
            errors=[
                {
                    "message": "One or more of the following scopes are required.",
                    "context": {"requiredGranularScopes": list(needed)},
                }
            ],
        )


class Conflict(ApiError):
    """What was asked for collides with what is there now."""

    def __init__(self, message: str, *, sub_category: str = "") -> None:
        super().__init__(message, status_code=status.HTTP_409_CONFLICT, category="CONFLICT", sub_category=sub_category)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's hook. None (an error we did not mean) leaves it to Django, which answers 500 and logs it."""
    known = _as_api_error(exc)
    if known is None:
        return None
    headers = {}
    if isinstance(exc, exceptions.APIException):
        if challenge := getattr(exc, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
        if wait := getattr(exc, "wait", None):
            headers["Retry-After"] = str(int(wait))
    return Response(error_body(str(known.detail), known.category, **known.extra), known.status_code, headers=headers)


def error_body(message: str, category: str, **extra: Any) -> dict[str, Any]:
    """The body of any API error; a fresh correlation id is logged with it."""
    correlation = str(uuid.uuid4())
    log.info("api.error", category=category, correlation_id=correlation)
    return {"status": "error", "message": message, "correlationId": correlation, "category": category, **extra}


def _as_api_error(exc: Exception) -> ApiError | None:
    if isinstance(exc, ApiError):
        return exc
    if isinstance(exc, exceptions.ValidationError):
        return ApiError("Invalid input", errors=_field_errors(exc.detail))
    if isinstance(exc, exceptions.APIException):
        return ApiError(str(exc.detail), status_code=exc.status_code, category=_category(exc))
    if isinstance(exc, Http404):
        return ApiError("resource not found", status_code=404, category="OBJECT_NOT_FOUND")
    if isinstance(exc, RequestDataTooBig):
        return ApiError("The body is too large.", status_code=413)
    if isinstance(exc, PermissionDenied):
        return ApiError("You may not do this.", status_code=403, category="MISSING_SCOPES")
    return _from_hub_error(exc) if isinstance(exc, HubError) else None


def _from_hub_error(exc: HubError) -> ApiError:
    if isinstance(exc, BadCursor):
        return ApiError(str(exc), category="VALIDATION_ERROR")
    if isinstance(exc, TransientError):
        return ApiError(str(exc), status_code=503, category="TRANSIENT", sub_category=exc.code)
    code = 409 if isinstance(exc, NeedsUserError) else 400
    return ApiError(
        str(exc), status_code=code, category="CONFLICT" if code == 409 else "VALIDATION_ERROR", sub_category=exc.code
    )


def _category(exc: exceptions.APIException) -> str:
    if isinstance(exc, (exceptions.AuthenticationFailed, exceptions.NotAuthenticated)):
        code = exc.get_codes()
        return code if isinstance(code, str) and code.isupper() else "INVALID_AUTHENTICATION"
    names = {404: "OBJECT_NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 415: "UNSUPPORTED_MEDIA_TYPE", 429: "RATE_LIMITS"}
    return names.get(exc.status_code, "VALIDATION_ERROR")


def _field_errors(detail: Any, path: str = "") -> list[dict[str, Any]]:
    if isinstance(detail, dict):
        return [e for key, value in detail.items() for e in _field_errors(value, f"{path}.{key}" if path else str(key))]
    if isinstance(detail, list):
        return [e for value in detail for e in _field_errors(value, path)]
    return [{"message": str(detail), "code": str(getattr(detail, "code", "invalid")).upper(), "in": path}]
