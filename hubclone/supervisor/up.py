"""The command ``up``: a whole installation on one machine, from an empty folder to a running app."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from hubclone.embedded.errors import EmbeddedError, reason
from hubclone.embedded.postgres import EmbeddedPostgres
from hubclone.embedded.privilege import reachable_home
from hubclone.embedded.redis import EmbeddedRedis
from hubclone.environment import SettingsError, environment_read
from hubclone.supervisor import checks, programs, values
from hubclone.supervisor.home import HubHome
from hubclone.supervisor.refusal import Refusal, refusal_of
from hubclone.supervisor.watch import TICK_SECONDS, Supervisor, orphans_end

READY_SECONDS = 120
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
DEMO_PEOPLE = (
    ("Administrator", "admin"),
    ("Without rights", "member"),
    ("On Office 365", "jan"),
    ("On Exchange", "ben"),
)
DEMO_ADDRESSES = (
    ("Booking page", "scheduling_page"),
    ("Group page", "group_page"),
    ("Round robin", "round_robin_page"),
    ("Sandbox", "sandbox_url"),
)
"""What is printed of demo.json, where it is there."""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """The person asked to stop while things were being prepared."""


def main(argv: Sequence[str]) -> int:
    """Run until a signal. Answers 0 after a clean stop, 1 with one line on standard error when it cannot start."""
    if argv:
        print("usage: python manage.py up    (PORT and HUB_HOME come from the environment)", file=sys.stderr)
        return 2
    home = Path(os.environ.get("HUB_HOME") or ".hub").resolve()
    up = Up(HubHome(home), dict(os.environ))
    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
            signal.signal(number, up.asked_to_stop)
    try:
        return up.run()
    except OSError as error:
        return _refuse(refusal_of(error, home))
    except (Refusal, EmbeddedError, SettingsError) as error:
        return _refuse(error)


def _refuse(error: Exception) -> int:
    print(f"hubclone: {error}", file=sys.stderr, flush=True)
    return 1


def say(text: str) -> None:
    """One line for the person who started it. A terminal that was closed must not keep things from being stopped."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


class Up:
    """One run. ``environment`` is what the person gave; ``values`` what the processes get."""

    def __init__(self, home: HubHome, environment: dict[str, str]) -> None:
        self.home = home
        self.given = {name: value for name, value in environment.items() if value != ""}
        self.values: dict[str, str] = {}
        self.stopping = False
        self.began = time.monotonic()
        self.supervisor = Supervisor(home, say, programs.STOP_ORDER)

    def asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        """The signal handler only takes a note: waiting for a process in here would hang."""
        self.stopping = True

    def run(self) -> int:
        """Prepare, start, watch, stop."""
        port = checks.port_read(self.given)
        self.home.prepare()
        self.home.lock(self.given.get("BASE_URL") or f"http://127.0.0.1:{port}")
        self.home.release_held()
        orphans_end(self.home, programs.STOP_ORDER, say)
        checks.port_check(port)
        self._check_given()
        try:
            with contextlib.suppress(Interrupted):
                self._start(port)
                self._watch()
        finally:
            self._stop()
        return 0

    def _check_given(self) -> None:
        if url := self.given.get("DATABASE_URL"):
            checks.database_check(url)
        if url := self.given.get("REDIS_URL"):
            checks.redis_check(url)

    def _start(self, port: int) -> None:
        self.home.set_demo_aside()
        demo = self.given.get("DEMO", "1").lower() not in {"0", "false", "no", "off"}
        ports = self.home.ports(["postgres", "redis", *values.SANDBOX_PORTS], but=port)
        self._values_set(port, ports, demo)
        (self.home.path / "environment.json").unlink(missing_ok=True)
        environment_read({"DATABASE_URL": "postgres://host/name", "REDIS_URL": "redis://host", **self.values})
        self._servers_start(ports)
        self.home.write("environment.json", values.written_values(self.values, self.home.path))
        if demo:
            self._add("sandbox", ports)
        self._step("Preparing the database, the messages and the static files", "prepare")
        self._programs_start(ports, demo)
        if demo:
            self._step("Loading the demo account", "demo", "--pending")
        self._wait("the app", self._healthy)
        self._ready(demo)

    def _values_set(self, port: int, ports: dict[str, int], demo: bool) -> None:
        base = {"BASE_URL": f"http://127.0.0.1:{port}", **self.home.keys(self.given)}
        if demo:
            base |= values.demo_values(ports, programs.sandbox_home(self.home), self.given)
        merged = {**base, **self.given, "HUB_HOME": str(self.home.path), "PORT": str(port)}
        if demo:
            merged["OUTBOUND_ALLOWED"] = base["OUTBOUND_ALLOWED"]
        self.values = {**values.oauthlib_values(merged), **merged, "DJANGO_SETTINGS_MODULE": "hubclone.settings"}

    def _servers_start(self, ports: dict[str, int]) -> None:
        if "DATABASE_URL" not in self.given:
            folder = reachable_home(self.home.path / "postgres")
            if not (folder / "data").exists():
                say(f"Creating the database in {folder}")
            postgres = EmbeddedPostgres(folder, ports["postgres"])
            postgres.wait_ready(self.supervisor.add(programs.postgres(postgres)))
            self.values["DATABASE_URL"] = postgres.url()
            self._go_on()
        if "REDIS_URL" not in self.given:
            redis = EmbeddedRedis(self.home.path / "redis", ports["redis"])
            redis.wait_ready(self.supervisor.add(programs.redis(redis)))
            self.values["REDIS_URL"] = redis.url
            self._go_on()

    def _programs_start(self, ports: dict[str, int], demo: bool) -> None:
        for name in programs.COMMANDS:
            self._add(name, ports)
        if demo:
            url = self.values["SANDBOX_URL"]
            self._wait("the sandbox", lambda: _get(f"{url}/_control/state")[0] == 200)

    def _add(self, name: str, ports: dict[str, int]) -> None:
        if name == "sandbox":
            spec = programs.sandbox(self.home, self.values, ports)
        else:
            spec = programs.program(name, self.home, self.values)
        self.supervisor.add(spec)

    def _step(self, words: str, command: str, *arguments: str) -> None:
        """Run a management command to its end, while the rest is watched. Raises Refusal with its last line."""
        say(words)
        log = self.home.log(command)
        with log.open("wb") as out:
            process = subprocess.Popen(
                [programs.PYTHON, "manage.py", command, *arguments],
                cwd=programs.BASE_DIR,
                env=self.values,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            while process.poll() is None:
                self._go_on()
                time.sleep(TICK_SECONDS / 2)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode:
            raise Refusal(f"`manage.py {command}` failed: {reason(log.read_text(errors='replace'))} (all of it: {log})")

    def _wait(self, what: str, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + READY_SECONDS
        while not ready():
            self._go_on()
            if time.monotonic() > until:
                raise Refusal(
                    f"{what} was not ready in {READY_SECONDS} s{self._ailing()}. See {self.home.path / 'logs'}"
                )
            time.sleep(TICK_SECONDS)

    def _go_on(self) -> None:
        if self.stopping:
            raise Interrupted
        self.supervisor.tick()

    def _healthy(self) -> bool:
        return _get(self._health_url())[0] == 200

    def _health_url(self) -> str:
        return f"http://127.0.0.1:{self.values['PORT']}/healthz"

    def _ailing(self) -> str:
        text = _get(self._health_url())[1]
        try:
            parts = json.loads(text).get("parts", {})
        except (ValueError, AttributeError):
            return ""
        return "".join(f"; {name}: {said}" for name, said in parts.items() if said)

    def _ready(self, demo: bool) -> None:
        say("")
        say(f"Hubclone runs at {self.values['BASE_URL']}  (ready after {time.monotonic() - self.began:.0f} s)")
        if demo:
            pending = self.home.path / "demo.pending.json"
            found = json.loads(pending.read_text())
            pending.replace(self.home.path / "demo.json")
            _print_demo(found)
        say("Stop it with Ctrl-C.")

    def _watch(self) -> None:
        while not self.stopping:
            self.supervisor.tick()
            time.sleep(TICK_SECONDS)

    def _stop(self) -> None:
        if self.supervisor.watched:
            say("Stopping")
        try:
            self.home.set_demo_aside()
        finally:
            self.supervisor.stop_all()
        if self.supervisor.watched:
            say("Stopped")


def _print_demo(demo: dict[str, object]) -> None:
    for title, key in DEMO_PEOPLE:
        who = demo.get(key)
        if isinstance(who, dict):
            say(f"  {title + ':':<16} {who.get('email')}  password {who.get('password')}")
    for title, key in DEMO_ADDRESSES:
        if demo.get(key):
            say(f"  {title + ':':<16} {demo[key]}")


def _get(url: str) -> tuple[int, str]:
    try:
        with _DIRECT.open(url, timeout=5) as answer:
            return int(answer.status), answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except OSError:
        return 0, ""
