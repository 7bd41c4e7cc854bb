"""For tests: start the sandbox as a program of its own, and act as the other side.

    with SandboxServer() as sandbox:
        sandbox.control.google.event_create(calendar="anna@gmail.test", summary="Dentist", start=…, end=…)
        sandbox.control.fault(provider="google", path="/events$", method="POST", status=503)
        sandbox.control.state()["mail"]

Standard library only. A refused control call raises ``ControlError`` with the reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, cast
from urllib.parse import urlencode

from sandbox.exchange.testing import ExchangeControl
from sandbox.microsoft import accounts as microsoft
from sandbox.microsoft.testing import MicrosoftControl
from sandbox.stand_in import ConsentedStandIn

CLIENT_ID = "sandbox-client.apps.googleusercontent.test"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - known to everybody, good for nothing but the sandbox
MICROSOFT_CLIENT_ID, MICROSOFT_CLIENT_SECRET = microsoft.CLIENT_ID, microsoft.CLIENT_SECRET
START_SECONDS = 30
_ROOT = Path(__file__).resolve().parent.parent
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ControlError(Exception):
    """The sandbox refused a control call, or could not be started."""


class Control:
    """The control API of a sandbox at ``url``."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.google = GoogleControl(self)
        self.microsoft = MicrosoftControl(self)
        self.exchange = ExchangeControl(self)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call under ``/_control/``; the JSON of its answer, None when that is empty."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}/_control/{path}", data, method=method)  # noqa: S310
        try:
            with _OPENER.open(request, timeout=120) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise ControlError(error.read().decode()) from error
        return json.loads(text) if text else None

    def state(self, provider: str = "", **query: Any) -> dict[str, Any]:
        """``{"google": {…}, "mail": […], "faults": […]}``, or only one; ``limit=0`` for all events and mail."""
        given = urlencode({"provider": provider, **query})
        return cast("dict[str, Any]", self.call("GET", f"state?{given}"))

    def mail(self) -> list[dict[str, Any]]:
        """Every caught message, oldest first."""
        return cast("list[dict[str, Any]]", self.state("mail", limit=0)["mail"])

    def mail_wait(self, count: int = 1, *, to: str = "", seconds: float = 15) -> list[dict[str, Any]]:
        """The messages (to an address), as soon as there are ``count``. Raises ControlError when they do not come."""
        end = time.monotonic() + seconds
        while True:
            found = [mail for mail in self.mail() if not to or to in mail["to"]]
            if len(found) >= count:
                return found
            if time.monotonic() > end:
                raise ControlError(f"{len(found)} of {count} messages came in {seconds} s")
            time.sleep(0.05)

    def mail_clear(self) -> None:
        """Throw caught mail away."""
        self.call("DELETE", "mail")

    def fault(self, **fault: Any) -> int:
        """Order a fault, answer its id. The fields are those of ``sandbox.faults.Fault``."""
        return int(self.call("POST", "faults", fault)["id"])

    def clear(self, fault_id: int | None = None) -> None:
        """Forget one fault, or all."""
        self.call("DELETE", "faults" if fault_id is None else f"faults/{fault_id}")

    def requests(self) -> dict[str, int]:
        """``{"METHOD /path": count}`` since the start, a reset or ``requests_clear()``."""
        return cast("dict[str, int]", self.call("GET", "requests"))

    def requests_clear(self) -> None:
        """Count from nought."""
        self.call("DELETE", "requests")

    def reset(self) -> None:
        """Back to the first day."""
        self.call("POST", "reset")


class GoogleControl(ConsentedStandIn):
    """What people and administrators do at Google. Times are RFC 3339 text.

    Roles: freeBusyReader, reader, writer, owner.
    """

    key = "google"

    def expire_sync_token(self, calendar: str) -> None:
        """Sync tokens of the calendar answer 410; ``"list"`` means those of calendar lists."""
        self._post("expire_sync_token", calendar=calendar)

    def calendar_create(self, *, account: str, summary: str, **more: Any) -> str:
        """A new calendar; its id."""
        return str(self._post("calendar/create", account=account, summary=summary, **more)["id"])


class SandboxServer:
    """A running sandbox, started by the constructor. With ``home`` its data is kept there, else in memory.

    ``url`` is http; ``https_url`` is for who trusts the CA in ``ca_file``.
    """

    def __init__(self, home: Path | None = None, *, port: int = 0, tls_port: int = 0, smtp_port: int = 0) -> None:
        options = ["--port", str(port), "--tls-port", str(tls_port), "--smtp-port", str(smtp_port)]
        options += ["--home", str(home)] if home else []
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "sandbox", *options],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise ControlError(f"the sandbox ended with status {self.process.wait(START_SECONDS)}")
        started = json.loads(line)
        self.url: str = started["url"]
        self.https_url: str = started["https_url"]
        self.ca_file: str = started["ca_file"]
        self.smtp_port: int = started["smtp_port"]
        self.control = Control(self.url)

    def stop(self) -> None:
        """End it and wait; harmless the second time."""
        self.process.terminate()
        try:
            self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait(START_SECONDS)

    def __enter__(self) -> SandboxServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
