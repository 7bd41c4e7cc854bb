"""Graph as a client sees it, over https; what it answers is held to its metadata where that is at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from sandbox.microsoft.accounts import ANNA, JAN, MARTA
from sandbox.microsoft.testing import MicrosoftControl
from sandbox.testing import SandboxServer
from tests.sandbox import web
from tests.sandbox.microsoft.csdl import CONTRACTS, answer_faults
from tests.sandbox.web import Session

SCOPE = "Calendars.ReadWrite User.Read"
WINDOW = {"startDateTime": "2026-03-01T00:00:00Z", "endDateTime": "2026-05-01T00:00:00Z"}
Json = dict[str, Any]


class Graph:
    """Graph v1.0 for one account."""

    def __init__(self, sandbox: SandboxServer, account: str, scope: str) -> None:
        self.account, self.sandbox = account, sandbox
        self.base = f"{sandbox.https_url}/microsoft/graph/v1.0"
        self.session = session(sandbox)
        self.tokens = sandbox.control.microsoft.token(account=account, scope=scope)
        self.session.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        """The whole answer, an error too."""
        url = path if path.startswith("https:") else self.base + path
        return self.session.request(method, url, json=body, timeout=60, allow_redirects=False, **more)

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Json:
        """The JSON of a good answer, checked; {} when it has none."""
        answer = self.send(method, path, body, **more)
        assert answer.status_code < 300, answer.text
        found: Json = answer.json() if answer.content else {}
        assert not CONTRACTS or answer_faults(found) == []
        return found

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """Status and code of a call that must fail, in Graph's error shape."""
        answer = self.send(method, path, body, **more)
        assert answer.status_code >= 400, answer.text
        error = answer.json()["error"]
        assert set(answer.json()) == {"error"}
        assert set(error) == {"code", "message", "innerError"}
        assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
        return answer.status_code, error["code"]

    def round(self, path: str = "/me/calendarView/delta", **more: Any) -> tuple[list[Json], str]:
        """Every item of a round, page by page, and the deltaLink."""
        items: list[Json] = []
        params = None if path.startswith("https:") else WINDOW
        while True:
            page = self.call("GET", path, params=params, **more)
            items += page["value"]
            if "@odata.deltaLink" in page:
                return items, page["@odata.deltaLink"]
            path, params = page["@odata.nextLink"], None


def session(sandbox: SandboxServer) -> Session:
    """One that trusts the sandbox's CA."""
    return web.session(sandbox.ca_file)


@pytest.fixture
def microsoft(sandbox: SandboxServer) -> MicrosoftControl:
    return sandbox.control.microsoft


@pytest.fixture
def graph(sandbox: SandboxServer) -> Callable[..., Graph]:
    """``graph(account, scope)`` → a client."""

    def make(account: str = ANNA, scope: str = SCOPE) -> Graph:
        return Graph(sandbox, account, scope)

    return make


@pytest.fixture
def anna(graph: Callable[..., Graph]) -> Graph:
    return graph(ANNA)


@pytest.fixture
def jan(graph: Callable[..., Graph]) -> Graph:
    return graph(JAN)


@pytest.fixture
def marta(graph: Callable[..., Graph]) -> Graph:
    return graph(MARTA)


def timed(hour: int, minutes: int = 30, day: str = "2026-03-02", zone: str = "Europe/Warsaw", **event: Any) -> Json:
    """An event's body, at an hour of a zone."""
    end = hour * 60 + minutes
    return {
        "subject": "Meeting",
        "start": {"dateTime": f"{day}T{hour:02}:00:00", "timeZone": zone},
        "end": {"dateTime": f"{day}T{end // 60:02}:{end % 60:02}:00", "timeZone": zone},
        **event,
    }


def weekly(count: int = 4, day: str = "2026-03-23", **event: Any) -> Json:
    """A series on Mondays at 10:00 in Warsaw, across the change of the clocks."""
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"}
    span = {"type": "numbered", "startDate": day, "numberOfOccurrences": count}
    return timed(10, day=day, subject="Weekly", recurrence={"pattern": pattern, "range": span}, **event)


def guests(*addresses: str) -> list[Json]:
    """Attendees as a client sends them."""
    return [{"emailAddress": {"address": address, "name": address}, "type": "required"} for address in addresses]
