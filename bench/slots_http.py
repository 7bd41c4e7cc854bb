"""The public slots endpoint against a view that does nothing, on one gunicorn with the product's own settings."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.urls import reverse

from bench.slots_data import SLUG, SlotsData
from hubclone.embedded.ports import free_port

ROUNDS = 300
START_SECONDS = 30


def http_milliseconds(data: SlotsData) -> tuple[float, float]:
    """(slots, empty view): medians of requests over one kept connection, taken in turn."""
    from bench.slots import in_turn

    address = reverse("calendars:public_slots", args=[SLUG])
    path = f"{address}?month={data.first:%Y-%m}&tz={quote('Europe/Warsaw')}&duration=30"
    with _server() as port:
        link = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"HX-Request": "true", "Accept-Language": "en"}
        try:
            return in_turn(lambda: _get(link, path, headers), lambda: _get(link, "/bench/empty", headers), ROUNDS)
        finally:
            link.close()


def _get(link: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> None:
    link.request("GET", path, headers=headers)
    answer = link.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}: {body[:300]!r}")


@contextmanager
def _server() -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "hubclone.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "error"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bench.http_settings"}
    log = Path(os.environ["HUB_HOME"]) / "slots-http.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            _wait(port)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            _get(link, "/bench/empty", {})
            return
        except OSError:
            time.sleep(0.1)
        finally:
            link.close()
    raise RuntimeError(f"the server of the bench did not start; see {os.environ['HUB_HOME']}/slots-http.log")
