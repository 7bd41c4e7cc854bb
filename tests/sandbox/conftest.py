"""One sandbox for all these tests, emptied before each; official clients that check every answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from sandbox.testing import CLIENT_ID, CLIENT_SECRET, SandboxServer
from tests.sandbox.schemas import CheckedRequest

CALENDAR = "https://www.googleapis.com/auth/calendar"
ANNA, JAN, MARTA = "anna@gmail.test", "jan@gmail.test", "marta@gmail.test"


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_process: SandboxServer) -> SandboxServer:
    sandbox_process.control.reset()
    return sandbox_process


def credentials(sandbox: SandboxServer, account: str = ANNA, scope: str = CALENDAR) -> Credentials:
    """What an app holds after ``account`` allowed ``scope``."""
    token = sandbox.control.google.token(account=account, scope=scope)
    return Credentials(
        token=token["access_token"],
        refresh_token=token["refresh_token"],
        token_uri=f"{sandbox.url}/google/token",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )


def calendar_service(sandbox: SandboxServer, given: Credentials) -> Any:
    """The official Calendar client, its answers checked."""
    return build(
        "calendar",
        "v3",
        credentials=given,
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": f"{sandbox.url}/google/calendar/v3/"},
        requestBuilder=CheckedRequest,
    )


@pytest.fixture
def client(sandbox: SandboxServer) -> Callable[..., Any]:
    """``client(account, scope)`` → a Calendar client."""

    def make(account: str = ANNA, scope: str = CALENDAR) -> Any:
        return calendar_service(sandbox, credentials(sandbox, account, scope))

    return make


@pytest.fixture
def anna(client: Callable[..., Any]) -> Any:
    return client(ANNA)


@pytest.fixture
def jan(client: Callable[..., Any]) -> Any:
    return client(JAN)


def refusal(request: Any) -> tuple[int, str]:
    """Status and reason of a call that must fail, in Google's error shape."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    body = json.loads(caught.value.content)
    assert set(body) == {"error"}
    assert set(body["error"]) == {"errors", "code", "message"}
    assert body["error"]["code"] == caught.value.resp.status
    (item,) = body["error"]["errors"]
    assert set(item) == {"domain", "reason", "message"}
    return body["error"]["code"], item["reason"]


def timed(hour: int, minutes: int = 30, day: str = "2026-03-02", **event: Any) -> dict[str, Any]:
    """An event's body, at an hour of Warsaw."""
    end = hour * 60 + minutes
    return {
        "summary": "Meeting",
        "start": {"dateTime": f"{day}T{hour:02}:00:00", "timeZone": "Europe/Warsaw"},
        "end": {"dateTime": f"{day}T{end // 60:02}:{end % 60:02}:00", "timeZone": "Europe/Warsaw"},
        **event,
    }


def listed(service: Any, calendar: str = "primary", **query: Any) -> tuple[list[dict[str, Any]], str]:
    """Every item of a list, page by page, and the sync token."""
    items: list[dict[str, Any]] = []
    page = None
    while True:
        answer = service.events().list(calendarId=calendar, pageToken=page, **query).execute()
        items += answer["items"]
        page = answer.get("nextPageToken")
        if page is None:
            return items, answer.get("nextSyncToken", "")
