"""Push channels: ``events.watch``, ``calendarList.watch``, ``channels.stop``, and the sender of messages."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.google.access import calendar_open, caller
from sandbox.google.errors import GoogleError, invalid
from sandbox.google.oauth import answer
from sandbox.sending import post
from sandbox.store import Row
from sandbox.times import now_seconds, now_text

DEFAULT_TTL_SECONDS = 7 * 86400
MAX_TTL_SECONDS = 30 * 86400
_CHANNEL_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")


class Pusher:
    """Sends messages from threads of its own; every message, sent, failed or lost, is recorded."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="sandbox-push")
        self._lock = threading.Lock()
        self._watched: set[str] = set()
        self.reload()

    def reload(self) -> None:
        """Learn anew what is watched."""
        rows = self._box.store.all("select distinct resource from google_channel where stopped = 0")
        with self._lock:
            self._watched = {row["resource"] for row in rows}

    @property
    def paused(self) -> bool:
        """Whether messages are lost, on order."""
        return self._box.store.get("push_paused") == "1"

    def changed(self, resource: str) -> None:
        """A calendar changed: a message for each of its channels."""
        if resource not in self._watched:
            return
        now_ms = int(now_seconds() * 1000)
        rows = self._box.store.all(
            "select id from google_channel where resource = ? and stopped = 0 and expires_ms > ?", (resource, now_ms)
        )
        for row in rows:
            self.send(row["id"], "exists")

    def send(self, channel_id: str, state: str, *, number: int | None = None) -> None:
        """One message; a ``number`` given repeats an old one."""
        store = self._box.store
        with store.transaction():
            if number is None:
                store.run("update google_channel set number = number + 1 where id = ?", (channel_id,))
            channel = store.one("select * from google_channel where id = ?", (channel_id,))
            assert channel is not None
            push_id = store.run(
                "insert into google_push (channel, number, state, result, at) values (?, ?, ?, ?, ?)",
                (channel_id, number or channel["number"], state, "lost" if self.paused else "queued", now_text()),
            )
            if not self.paused:
                self._pool.submit(self._deliver, push_id, channel, state, number or channel["number"])

    def _deliver(self, push_id: int, channel: Row, state: str, number: int) -> None:
        result = post(channel["address"], b"", _headers(channel, state, number))
        self._box.store.run("update google_push set result = ? where id = ?", (result, push_id))

    def stop(self) -> None:
        """Give up what waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _headers(channel: Row, state: str, number: int) -> dict[str, str]:
    expires = datetime.fromtimestamp(channel["expires_ms"] / 1000, UTC)
    headers = {
        "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
        "X-Goog-Channel-ID": channel["id"],
        "X-Goog-Channel-Expiration": f"{expires:%a, %d %b %Y %H:%M:%S GMT}",
        "X-Goog-Resource-ID": channel["resource_id"],
        "X-Goog-Resource-URI": channel["resource_uri"],
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(number),
        "Content-Type": "application/octet-stream",
    }
    return headers | ({"X-Goog-Channel-Token": channel["token"]} if channel["token"] else {})


@route("POST", "/google/calendar/v3/calendars/<calendar_id>/events/watch")
def events_watch(box: Box, ask: Ask, calendar_id: str) -> Response:
    """``events.watch``."""
    account = caller(box, ask, "events.watch").account
    calendar = calendar_open(box.store, account, calendar_id)
    return _watch(box, ask, account, calendar["id"], f"calendars/{calendar['id']}/events")


@route("POST", "/google/calendar/v3/users/me/calendarList/watch")
def calendar_list_watch(box: Box, ask: Ask) -> Response:
    """``calendarList.watch``."""
    account = caller(box, ask, "calendarList.watch").account
    return _watch(box, ask, account, f"list:{account}", "users/me/calendarList")


def _watch(box: Box, ask: Ask, account: str, resource: str, path: str) -> Response:
    try:
        given = ask.json_object()
        ttl = int((given.get("params") or {}).get("ttl") or DEFAULT_TTL_SECONDS)
    except (ValueError, AttributeError) as error:
        raise GoogleError(400, "badRequest", "Bad Request") from error
    channel_id, address = str(given.get("id") or ""), str(given.get("address") or "")
    _watch_check(box, channel_id, address, str(given.get("type") or ""))
    expires_ms = int((now_seconds() + max(1, min(ttl, MAX_TTL_SECONDS))) * 1000)
    resource_id = re.sub(r"[^A-Za-z0-9]", "", resource)[:40] + "SandboxResource"
    uri = f"{box.url}/google/calendar/v3/{path}?alt=json"
    token = str(given.get("token") or "")
    box.store.run(
        "insert into google_channel (id, resource_id, resource, resource_uri, account, address, token, expires_ms)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (channel_id, resource_id, resource, uri, account, address, token, expires_ms),
    )
    box.pusher.reload()
    box.pusher.send(channel_id, "sync")
    body = {"kind": "api#channel", "id": channel_id, "resourceId": resource_id, "resourceUri": uri}
    return answer({**body, **({"token": token} if token else {}), "expiration": str(expires_ms)})


def _watch_check(box: Box, channel_id: str, address: str, kind: str) -> None:
    if not _CHANNEL_ID.fullmatch(channel_id):
        raise invalid("Missing or invalid channel id.", "required" if not channel_id else "invalid")
    if kind not in {"web_hook", "webhook"}:
        raise invalid("Unknown channel type.", "unknownType")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise invalid(f"WebHook callback must be HTTPS: {address}", "push.webhookUrlNotHttps")
    if box.store.one("select 1 from google_channel where id = ?", (channel_id,)):
        raise invalid(f"Channel id {channel_id} not unique", "channelIdNotUnique")


@route("POST", "/google/calendar/v3/channels/stop")
def channel_stop(box: Box, ask: Ask) -> Response:
    """``channels.stop``."""
    account = caller(box, ask, "channels.stop").account
    given = ask.json_object()
    row = box.store.one(
        "update google_channel set stopped = 1 where id = ? and resource_id = ? and account = ? and stopped = 0"
        " returning id",
        (given.get("id"), given.get("resourceId"), account),
    )
    if row is None:
        raise GoogleError(404, "notFound", f"Channel '{given.get('id')}' not found for project 'sandbox'")
    box.pusher.reload()
    return Response(status=204)
