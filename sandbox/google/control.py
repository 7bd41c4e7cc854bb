"""Acting as the other side of Google: its people, its administrators, its bad days."""

from __future__ import annotations

import json
import secrets
from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.control import need, told
from sandbox.events import bulk_span
from sandbox.google import accounts, event_store, event_write, grants
from sandbox.google.access import seq_next
from sandbox.google.event_body import Body
from sandbox.google.scopes import scopes_parse
from sandbox.store import Row
from sandbox.times import now_seconds, now_text, render, render_utc, zone_of

PATH = "/_control/google/"


def _calendar(box: Box, given: dict[str, Any]) -> Row:
    (calendar,) = need(given, "calendar")
    row = box.store.one("select *, 'owner' as role from google_calendar where id = ? and deleted = 0", (calendar,))
    if row is None:
        raise ValueError(f"no calendar {calendar}")
    return row


def _event_answer(box: Box, body: Body) -> Response:
    return told(json.loads(box.outside(json.dumps(body))))


@route("POST", PATH + "grant")
def grant(box: Box, ask: Ask) -> Response:
    """``{account, scope, client_id?, redirect_uri, code_challenge?, nonce?}`` → ``{"code"}``, as after Continue."""
    given = ask.json_object()
    account, scope, redirect_uri = need(given, "account", "scope", "redirect_uri")
    code = grants.code_issue(
        box.store,
        account=account,
        client_id=given.get("client_id") or accounts.CLIENT_ID,
        redirect_uri=redirect_uri,
        scope=" ".join(scopes_parse(scope if isinstance(scope, str) else " ".join(scope))),
        challenge=given.get("code_challenge") or "",
        challenge_method="S256",
        nonce=given.get("nonce") or "",
    )
    return told({"code": code})


@route("POST", PATH + "token")
def token(box: Box, ask: Ask) -> Response:
    """``{account, scope, client_id?}`` → ``{"access_token", "refresh_token", "scope"}``, with no code between."""
    given = ask.json_object()
    account, scope = need(given, "account", "scope")
    granted = " ".join(scopes_parse(scope if isinstance(scope, str) else " ".join(scope)))
    client_id = given.get("client_id") or accounts.CLIENT_ID
    code = grants.code_issue(box.store, account=account, client_id=client_id, redirect_uri="", scope=granted)
    row = grants.code_take(box.store, code)
    assert row is not None
    access = grants.TOKENS.issue(box.store, row["grant_id"], granted)
    return told({"access_token": access, "refresh_token": row["refresh_token"], "scope": granted})


@route("POST", PATH + "client")
def client(box: Box, ask: Ask) -> Response:
    """``{client_id, client_secret, name?, redirect_uris: []}``: register an app."""
    given = ask.json_object()
    client_id, secret = need(given, "client_id", "client_secret")
    accounts.client_make(box.store, client_id, secret, given.get("name", client_id), given.get("redirect_uris", []))
    return told({"client_id": client_id})


@route("POST", PATH + "revoke")
def revoke(box: Box, ask: Ask) -> Response:
    """``{account, client_id?}``: the person takes the permission back."""
    given = ask.json_object()
    grants.TOKENS.revoke(box.store, account=need(given, "account")[0], client_id=given.get("client_id"), why=1)
    return Response(status=204)


@route("POST", PATH + "token_expire")
def token_expire(box: Box, ask: Ask) -> Response:
    """``{account}``: its access tokens are old at once; refreshing works."""
    grants.TOKENS.expire(box.store, need(ask.json_object(), "account")[0])
    return Response(status=204)


@route("POST", PATH + "event")
def event_make(box: Box, ask: Ask) -> Response:
    """``{calendar, actor?, …an event}``: somebody makes one. ``start`` and ``end`` may be RFC 3339 text."""
    given = ask.json_object()
    calendar = _calendar(box, given)
    body = {key: value for key, value in given.items() if key not in {"calendar", "actor"}}
    for edge in ("start", "end"):
        if isinstance(body.get(edge), str):
            body[edge] = {"dateTime" if "T" in body[edge] else "date": body[edge], "timeZone": calendar["time_zone"]}
    actor = given.get("actor") or calendar["owner"]
    return _event_answer(box, event_write.event_insert(box, calendar, actor, body, conference_version=1))


@route("POST", PATH + "event/move")
def event_move(box: Box, ask: Ask) -> Response:
    """``{calendar, id, start, end?}``: somebody drags it."""
    given = ask.json_object()
    event_id, start = need(given, "id", "start")
    return _event_answer(box, event_write.event_move(box, _calendar(box, given), event_id, start, given.get("end")))


@route("POST", PATH + "event/relocate")
def event_relocate(box: Box, ask: Ask) -> Response:
    """``{calendar, id, to}``: its owner drags it into another calendar; it keeps its id."""
    given = ask.json_object()
    event_id, to = need(given, "id", "to")
    moved = event_write.event_relocate(box, _calendar(box, given), event_id, _calendar(box, {"calendar": to}))
    return _event_answer(box, moved)


@route("POST", PATH + "event/update")
def event_update(box: Box, ask: Ask) -> Response:
    """``{calendar, id, changes: {…}}``: somebody edits it, with patch semantics."""
    given = ask.json_object()
    event_id, changes = need(given, "id", "changes")
    return _event_answer(box, event_write.event_update(box, _calendar(box, given), event_id, changes, merge=True))


@route("POST", PATH + "event/delete")
def event_delete(box: Box, ask: Ask) -> Response:
    """``{calendar, id}``: somebody deletes it."""
    given = ask.json_object()
    event_write.event_delete(box, _calendar(box, given), need(given, "id")[0])
    return Response(status=204)


@route("POST", PATH + "events/bulk")
def events_bulk(box: Box, ask: Ask) -> Response:
    """``{calendar, count, from?, every_minutes?, minutes?, attendees?, summary?}``: many single events, one push.

    ``attendees`` is how many guests (none of whom has an account here) each event has.
    """
    given = ask.json_object()
    calendar = _calendar(box, given)
    count = int(need(given, "count")[0])
    with box.store.transaction() as db:
        last = seq_next(box.store, calendar["id"], count)
        rows = (_bulk_row(calendar, given, number, last - count + 1 + number) for number in range(count))
        db.executemany("insert into google_event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        total = box.store.count("select count(*) from google_event where calendar = ?", (calendar["id"],))
    box.pusher.changed(calendar["id"])
    return told({"created": count, "total": total})


def _bulk_row(calendar: Row, given: dict[str, Any], number: int, seq: int) -> tuple[Any, ...]:
    starts, ends = bulk_span(given, number)
    zone, event_id, now = zone_of(calendar["time_zone"]), secrets.token_hex(13), now_text()
    me = {"email": calendar["id"], "self": True}
    guests = [
        {"email": f"guest{number}.{n}@example.test", "responseStatus": "accepted"}
        for n in range(int(given.get("attendees", 0)))
    ]
    body: Body = {
        "kind": "calendar#event",
        "etag": event_store.etag_of(now, seq),
        "id": event_id,
        "status": "confirmed",
        "htmlLink": event_store.html_link(calendar["id"], event_id),
        "created": now,
        "updated": now,
        "summary": f"{given.get('summary', 'Busy')} {number + 1}",
        "creator": me,
        "organizer": me,
        "start": {"dateTime": render(starts, zone), "timeZone": zone.key},
        "end": {"dateTime": render(ends, zone), "timeZone": zone.key},
        "iCalUID": f"{event_id}@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
        **({"attendees": [{**me, "organizer": True, "responseStatus": "accepted"}, *guests]} if guests else {}),
    }
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return (calendar["id"], event_id, seq, "single", "confirmed", starts, ends, 1, "", body["iCalUID"], now, text)


@route("POST", PATH + "expire_sync_token")
def expire_sync_token(box: Box, ask: Ask) -> Response:
    """``{calendar}``: its sync tokens answer 410 from now on. ``list`` means those of calendar lists."""
    given = ask.json_object()
    if given.get("calendar") == "list":
        box.store.put("list_epoch", str(int(box.store.get("list_epoch", "0")) + 1))
    else:
        calendar = _calendar(box, given)
        box.store.run("update google_calendar set epoch = epoch + 1 where id = ?", (calendar["id"],))
    return Response(status=204)


@route("POST", PATH + "calendar/create")
def calendar_create(box: Box, ask: Ask) -> Response:
    """``{account, summary, id?, time_zone?}`` → ``{"id"}``."""
    given = ask.json_object()
    account, summary = need(given, "account", "summary")
    calendar = given.get("id") or f"{secrets.token_hex(12)}@group.calendar.google.test"
    zone = zone_of(given.get("time_zone") or "Europe/Warsaw").key
    accounts.calendar_make(box.store, calendar, account, summary=summary, zone=zone)
    box.pusher.changed(f"list:{account}")
    return told({"id": calendar})


@route("POST", PATH + "calendar/delete")
def calendar_delete(box: Box, ask: Ask) -> Response:
    """``{calendar}``: it is gone; every use answers 404."""
    calendar = _calendar(box, ask.json_object())
    with box.store.transaction():
        box.store.run("update google_calendar set deleted = 1 where id = ?", (calendar["id"],))
        for row in box.store.all("select account from google_acl where calendar = ?", (calendar["id"],)):
            accounts.share(box.store, calendar["id"], row["account"], "")
            box.pusher.changed(f"list:{row['account']}")
    return Response(status=204)


@route("POST", PATH + "calendar/share")
def calendar_share(box: Box, ask: Ask) -> Response:
    """``{calendar, account, role}`` with role freeBusyReader, reader, writer or owner."""
    given = ask.json_object()
    account, role = need(given, "account", "role")
    if role not in {"freeBusyReader", "reader", "writer", "owner"}:
        raise ValueError("role must be freeBusyReader, reader, writer or owner")
    accounts.share(box.store, _calendar(box, given)["id"], account, role)
    box.pusher.changed(f"list:{account}")
    return Response(status=204)


@route("POST", PATH + "calendar/unshare")
def calendar_unshare(box: Box, ask: Ask) -> Response:
    """``{calendar, account}``: the share is withdrawn; every use answers 404."""
    given = ask.json_object()
    (account,) = need(given, "account")
    accounts.share(box.store, _calendar(box, given)["id"], account, "")
    box.pusher.changed(f"list:{account}")
    return Response(status=204)


@route("POST", PATH + "push/pause")
def push_pause(box: Box, ask: Ask) -> Response:
    """``{paused?: true}``: messages are lost from now on; false sends again."""
    box.store.put("push_paused", "1" if ask.json_object().get("paused", True) else "0")
    return Response(status=204)


@route("POST", PATH + "push/replay")
def push_replay(box: Box, ask: Ask) -> Response:
    """``{channel?, number?, times?}``: send messages again (the last of each live channel, or the one named)."""
    given = ask.json_object()
    rows = box.store.all(
        "select id, number from google_channel where stopped = 0 and (? is null or id = ?)",
        (given.get("channel"), given.get("channel")),
    )
    for row in rows:
        for _ in range(int(given.get("times", 1))):
            box.pusher.send(row["id"], "exists", number=int(given.get("number") or row["number"]))
    return told({"sent": len(rows) * int(given.get("times", 1)), "at": render_utc(int(now_seconds()))})
