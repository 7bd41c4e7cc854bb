"""Bad days on order, in Microsoft's shapes, and the https listener."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import msal.exceptions
import pytest
import requests

from sandbox.microsoft.accounts import ANNA, HOLIDAYS, JAN
from sandbox.microsoft.testing import MicrosoftControl
from sandbox.testing import SandboxServer
from tests.sandbox import web
from tests.sandbox.microsoft.conftest import Graph, session, timed
from tests.sandbox.microsoft.test_sign_in import refreshed


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "InvalidAuthenticationToken"),
        (403, "ErrorAccessDenied"),
        (404, "ErrorItemNotFound"),
        (429, "ApplicationThrottled"),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
        (500, "UnknownError"),
    ],
)
def test_a_fault_has_graphs_shape(sandbox: SandboxServer, anna: Graph, status: int, code: str) -> None:
    sandbox.control.fault(provider="microsoft", path="/me/calendars$", status=status, retry_after=7)
    answer = anna.send("GET", "/me/calendars")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["Retry-After"] == "7"
    assert anna.call("GET", "/me/calendars")["value"]


def test_a_fault_of_the_authority_has_its_shape(sandbox: SandboxServer, anna: Graph) -> None:
    sandbox.control.fault(provider="microsoft", path="/oauth2/v2.0/token$", status=503)
    with pytest.raises(msal.exceptions.MsalServiceError, match="503"):
        refreshed(sandbox, anna.tokens["refresh_token"])
    sandbox.control.fault(provider="microsoft", path="/oauth2/v2.0/token$", status=400, reason="interaction_required")
    assert refreshed(sandbox, anna.tokens["refresh_token"])["error"] == "interaction_required"


def test_an_answer_can_be_something_else_altogether(sandbox: SandboxServer, anna: Graph) -> None:
    sandbox.control.fault(provider="microsoft", path="/me$", status=502, body="<html>Bad gateway</html>")
    assert anna.send("GET", "/me").text == "<html>Bad gateway</html>"


def test_a_connection_is_cut_on_order(sandbox: SandboxServer, anna: Graph) -> None:
    sandbox.control.fault(provider="microsoft", path="/me$", disconnect=True)
    with pytest.raises(requests.ConnectionError):
        anna.send("GET", "/me")
    assert anna.call("GET", "/me")


def test_calls_are_counted_by_path(sandbox: SandboxServer, anna: Graph) -> None:
    anna.call("GET", "/me")
    assert sandbox.control.requests()["GET /microsoft/graph/v1.0/me"] == 1


def test_reset_goes_back_to_the_first_day(sandbox: SandboxServer, anna: Graph, microsoft: MicrosoftControl) -> None:
    anna.call("POST", "/me/events", timed(10))
    microsoft.push_pause()
    sandbox.control.reset()
    state = microsoft.state()
    assert (state["events"], state["grants"], len(state["calendars"])) == ([], [], 5)
    assert anna.refused("GET", "/me") == (401, "InvalidAuthenticationToken")


def test_everything_survives_kill_9_and_so_does_the_ca(tmp_path: Path) -> None:
    first = SandboxServer(tmp_path)
    anna = Graph(first, ANNA, "Calendars.ReadWrite")
    made = anna.call("POST", "/me/events", timed(10))
    trusted = Path(first.ca_file).read_bytes()
    port = urlsplit(first.https_url).port or 0
    first.kill()
    with SandboxServer(tmp_path, tls_port=port) as second:
        assert (second.https_url, Path(second.ca_file).read_bytes()) == (first.https_url, trusted)
        assert [item["id"] for item in anna.round()[0]] == [made["id"]]


def test_the_certificate_is_good_for_localhost_and_its_key_is_for_nobody_else(tmp_path: Path) -> None:
    with SandboxServer(tmp_path) as server:
        port = urlsplit(server.https_url).port
        for name in ("localhost", "127.0.0.1"):
            assert session(server).get(f"https://{name}:{port}/_control/requests", timeout=60).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            web.get(server.https_url)
        assert (Path(server.ca_file).name, Path(server.ca_file).stat().st_mode & 0o777) == ("ca.pem", 0o644)
        assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("server*.pem")} == {0}


def test_who_never_shakes_hands_holds_nobody_up(sandbox: SandboxServer) -> None:
    address = ("127.0.0.1", urlsplit(sandbox.https_url).port or 0)
    with (
        socket.create_connection(address, timeout=30) as silent,
        socket.create_connection(address, timeout=30) as plain,
    ):
        plain.sendall(b"GET / HTTP/1.1\r\nHost: sandbox\r\n\r\n")
        assert plain.recv(1) == b""
        assert session(sandbox).get(f"{sandbox.https_url}/", timeout=60).status_code == 200
        silent.close()
    context = ssl.create_default_context(cafile=sandbox.ca_file)
    with (
        socket.create_connection(address, timeout=30) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as tls,
    ):
        assert tls.version() == "TLSv1.3"


def test_people_and_their_calendars_can_be_looked_at(
    sandbox: SandboxServer, anna: Graph, microsoft: MicrosoftControl
) -> None:
    made = anna.call("POST", "/me/events", timed(10, subject="<Plan>", isOnlineMeeting=True))
    microsoft.event_create(calendar=HOLIDAYS, subject="May Day", start="2026-03-05", end="2026-03-06")
    front = web.get(f"{sandbox.url}/").text
    assert front.count("/microsoft/view/") == 3
    week = web.get(f"{sandbox.url}/microsoft/view/{ANNA}?date=2026-03-02").text
    assert "&lt;Plan&gt;" in week
    assert "10:00–10:30" in week
    assert "May Day</b><small>All day" in week
    event = web.get(made["webLink"]).text
    assert made["onlineMeeting"]["joinUrl"] in event
    assert web.get(f"{sandbox.url}/microsoft/view/{JAN}?mode=month&date=2026-03-02").status_code == 200
    assert web.get(f"{sandbox.url}/microsoft/view/nobody").status_code == 404
