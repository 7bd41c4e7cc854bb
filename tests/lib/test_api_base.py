"""The API's base: one error shape, scopes, paging, both slash forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import Http404
from django.urls import URLResolver, get_resolver, resolve
from pytest_django.fixtures import Settings
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from hubclone.lib.api.errors import ApiError, Conflict, MissingScopes, exception_handler
from hubclone.lib.api.paging import limit_of, paging_next
from hubclone.lib.api.permissions import HasScopes
from hubclone.lib.api.routing import api_path
from hubclone.lib.errors import NeedsUserError, PermanentError, TransientError
from hubclone.lib.paging import BadCursor

SHAPE = {"status", "message", "correlationId", "category"}


@dataclass
class Caller:
    """A stand-in for what an authenticator makes."""

    account_id: int = 1
    scopes: list[str] = field(default_factory=list)


class Things(APIView):
    """A view with scopes by method."""

    required_scopes = {"GET": ["things.read"], "POST": ["things.write"]}

    def get(self, request: Request, name: str = "") -> Response:
        """Say the name."""
        return Response({"name": name})

    def post(self, request: Request) -> Response:
        """Answer what was sent."""
        return Response(request.data)


class AnyCaller(BaseAuthentication):
    """Lets everybody in."""

    def authenticate(self, request: Request) -> tuple[None, Caller]:
        """A caller who may write."""
        return None, Caller(scopes=["things.write"])


@pytest.mark.parametrize(
    ("error", "status", "category"),
    [
        (ApiError("no"), 400, "VALIDATION_ERROR"),
        (Conflict("gone"), 409, "CONFLICT"),
        (MissingScopes(["a"]), 403, "MISSING_SCOPES"),
        (Http404(), 404, "OBJECT_NOT_FOUND"),
        (exceptions.NotAuthenticated(), 401, "INVALID_AUTHENTICATION"),
        (exceptions.MethodNotAllowed("PUT"), 405, "METHOD_NOT_ALLOWED"),
        (exceptions.ParseError(), 400, "VALIDATION_ERROR"),
        (BadCursor(), 400, "VALIDATION_ERROR"),
        (PermanentError("no"), 400, "VALIDATION_ERROR"),
        (NeedsUserError("ask"), 409, "CONFLICT"),
        (TransientError("later"), 503, "TRANSIENT"),
    ],
)
def test_every_error_has_the_one_shape(error: Exception, status: int, category: str) -> None:
    answer = exception_handler(error, {})
    assert answer is not None
    assert answer.status_code == status
    body: dict[str, Any] = answer.data
    assert set(body) >= SHAPE
    assert body["category"] == category
    assert body["status"] == "error"


def test_a_bug_is_not_dressed_up_as_an_answer() -> None:
    assert exception_handler(ZeroDivisionError(), {}) is None


def test_invalid_fields_are_named_one_by_one() -> None:
    answer = exception_handler(exceptions.ValidationError({"start": ["Too late."], "guest": {"email": ["Bad."]}}), {})
    assert answer is not None
    assert [(e["in"], e["message"]) for e in answer.data["errors"]] == [("start", "Too late."), ("guest.email", "Bad.")]


def request_with(scopes: list[str] | None, method: str = "GET") -> Request:
    request = Request(APIRequestFactory().generic(method, "/things?limit=5&color=red"))
    request.auth = None if scopes is None else Caller(scopes=scopes)
    return request


def test_scopes_are_asked_by_method_and_named_when_missing() -> None:
    view = Things()
    assert not HasScopes().has_permission(request_with(None), view)
    assert HasScopes().has_permission(request_with(["things.read"]), view)
    with pytest.raises(MissingScopes) as refused:
        HasScopes().has_permission(request_with(["things.read"], "POST"), view)
    assert refused.value.extra["errors"][0]["context"] == {"requiredGranularScopes": ["things.write"]}


def test_a_view_that_forgot_its_scopes_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="required_scopes"):
        HasScopes().has_permission(request_with([]), APIView())


def test_a_next_page_keeps_the_question_and_is_absolute() -> None:
    request = request_with([])
    assert paging_next(request, None) == {}
    following = paging_next(request, "7")["paging"]["next"]
    assert following == {"after": "7", "link": "http://testserver/things?limit=5&color=red&after=7"}


@pytest.mark.parametrize("text", ["0", "101", "x", "-1", "١", "9" * 40])
def test_a_limit_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ApiError):
        limit_of(Request(APIRequestFactory().get("/", {"limit": text})))


def test_both_slash_forms_reach_the_view() -> None:
    patterns = api_path("things/<str:name>", Things.as_view(), name="thing")
    for path in ("things/a", "things/a/"):
        assert any((match := p.resolve(path)) and match.kwargs == {"name": "a"} for p in patterns)
    assert resolve("/").url_name == "home"


def addresses(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every address of the project as it is written, with its view."""
    for item in patterns:
        if isinstance(item, URLResolver):
            yield from addresses(item.url_patterns, before + str(item.pattern))
        else:
            yield before + str(item.pattern), item.callback


def test_every_address_of_the_api_is_there_in_both_slash_forms() -> None:
    found = [(path, view) for path, view in addresses(get_resolver().url_patterns) if hasattr(view, "cls")]
    views = dict(found)
    assert len(found) > 5
    for path, view in found:
        twin = path.removesuffix("/") if path.endswith("/") else f"{path}/"
        assert views.get(twin) is view, path


def test_a_body_that_is_too_long_is_refused_before_it_is_read(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    request = APIRequestFactory().post("/things", {"a": "x" * 100}, format="json")
    answer = Things.as_view(authentication_classes=[AnyCaller])(request)
    assert (answer.status_code, answer.data["category"]) == (413, "VALIDATION_ERROR")
