"""Acting as the other side of Exchange: its people, its administrators, its bad days."""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.control import need, told
from sandbox.events import bulk_span
from sandbox.exchange import accounts, write
from sandbox.exchange.auth import METHODS
from sandbox.exchange.invitations import respond
from sandbox.exchange.item_read import NEW
from sandbox.exchange.item_store import Body, load, occurrence_at, row_of, seq_next
from sandbox.exchange.recurrence import pattern_of
from sandbox.exchange.soap import RELEASES, EwsError
from sandbox.exchange.state import item_told
from sandbox.store import Row
from sandbox.times import midnight, now_text, parse_instant, zone_of

PATH = "/_control/exchange/"
_PEOPLE = ("required", "optional", "resources")
_PLAIN = (
    *("subject", "body", "location", "free_busy", "sensitivity", "importance", "categories", "all_day", "uid"),
    "my_response",
)


def _calendar(box: Box, given: dict[str, Any]) -> Row:
    """The calendar named by its id, or by the mailbox whose default one it is."""
    (name,) = need(given, "calendar")
    column = "owner = ? and is_default = 1" if "@" in name else "id = ?"
    row = box.store.one(f"select * from exchange_folder where {column} and deleted = 0", (name,))  # noqa: S608
    if row is None:
        raise ValueError(f"no calendar {name}")
    return row


def _account(box: Box, given: dict[str, Any]) -> Row:
    (name,) = need(given, "account")
    row = accounts.account_get(box.store, name)
    if row is None:
        raise ValueError(f"no account {name}")
    return row


def _item(box: Box, given: dict[str, Any]) -> Body:
    """An item by ``id``; with ``occurrence`` (a start in RFC 3339) one of a series."""
    try:
        body = load(box.store, need(given, "id")[0])
    except EwsError as error:
        raise ValueError(error.text) from error
    found = occurrence_at(body, parse_instant(given["occurrence"])) if given.get("occurrence") else body
    if found is None:
        raise ValueError(f"no occurrence at {given['occurrence']}")
    return found


def _answer(body: Body) -> Response:
    return told(item_told(body))


def _fields(given: dict[str, Any], zone: ZoneInfo) -> Body:
    """What a control call says of an item, as a body has it."""
    fields: Body = {name: given[name] for name in _PLAIN if name in given}
    for name in ("start", "end"):
        if given.get(name):
            fields[f"{name}s"] = _moment(given[name], zone)
            fields["zone"] = zone.key
    if len(given.get("start") or "") == 10:
        fields["all_day"] = True
    for name in _PEOPLE:
        if name in given:
            fields[name] = [_person(one) for one in given[name]]
    if given.get("properties"):
        fields["properties"] = given["properties"]
    return fields


def _moment(text: str, zone: ZoneInfo) -> int:
    return midnight(date.fromisoformat(text), zone) if len(text) == 10 else parse_instant(text)


def _person(given: Any) -> Body:
    person = {"email": given} if isinstance(given, str) else given
    return {"name": person["email"], "response": "Unknown", "at": "", **person}


@route("POST", PATH + "event")
def event_make(box: Box, ask: Ask) -> Response:
    """``{calendar, start, end, subject?, zone?, required?, notify?, …}``: somebody makes an appointment or a meeting.

    ``start`` and ``end`` are RFC 3339, or dates for an all-day item. With ``rrule`` it is a series.
    """
    given = ask.json_object()
    calendar = _calendar(box, given)
    need(given, "start", "end")
    owner = accounts.account_get(box.store, calendar["owner"])
    assert owner is not None
    zone = zone_of(given.get("zone") or owner["time_zone"])
    fields = _fields(given, zone)
    if given.get("rrule"):
        fields["recurrence"] = pattern_of(given["rrule"], f"{datetime.fromtimestamp(fields['starts'], zone):%Y-%m-%d}")
    with box.store.transaction():
        return _answer(_tried(write.item_make, box, calendar, fields, invite=bool(given.get("notify", True))))


def _tried(act: Any, *args: Any, **more: Any) -> Any:
    try:
        return act(*args, **more)
    except EwsError as error:
        raise ValueError(error.text) from error


@route("POST", PATH + "event/move")
def event_move(box: Box, ask: Ask) -> Response:
    """``{id, start, end?, occurrence?}``: somebody drags it."""
    given = ask.json_object()
    with box.store.transaction():
        body = _item(box, given)
        starts = parse_instant(need(given, "start")[0])
        ends = parse_instant(given["end"]) if given.get("end") else starts + body["ends"] - body["starts"]
        return _answer(_tried(write.item_change, box, body, {"starts": starts, "ends": ends}))


@route("POST", PATH + "event/relocate")
def event_relocate(box: Box, ask: Ask) -> Response:
    """``{id, to}``: its owner drags it into another calendar, where it has a new id."""
    given = ask.json_object()
    with box.store.transaction():
        to = _calendar(box, {"calendar": need(given, "to")[0]})
        return _answer(write.item_relocate(box, _item(box, given), to["id"]))


@route("POST", PATH + "event/update")
def event_update(box: Box, ask: Ask) -> Response:
    """``{id, changes: {…}, occurrence?}``: somebody edits it."""
    given = ask.json_object()
    with box.store.transaction():
        body = _item(box, given)
        return _answer(_tried(write.item_change, box, body, _fields(need(given, "changes")[0], zone_of(body["zone"]))))


@route("POST", PATH + "event/delete")
def event_delete(box: Box, ask: Ask) -> Response:
    """``{id, occurrence?, notify?}``: somebody deletes it, or one occurrence of it."""
    given = ask.json_object()
    with box.store.transaction():
        _tried(write.item_delete, box, _item(box, given), notify=bool(given.get("notify", True)))
    return Response(status=204)


@route("POST", PATH + "event/respond")
def event_respond(box: Box, ask: Ask) -> Response:
    """``{id, response}``: a guest answers Accept, Tentative or Decline on their own copy."""
    given = ask.json_object()
    (response,) = need(given, "response")
    if response not in {"Accept", "Tentative", "Decline"}:
        raise ValueError("response must be Accept, Tentative or Decline")
    with box.store.transaction():
        return _answer(respond(box, _item(box, given), response))


@route("POST", PATH + "events/bulk")
def events_bulk(box: Box, ask: Ask) -> Response:
    """``{calendar, count, from?, every_minutes?, minutes?, subject?}``: many appointments."""
    given = ask.json_object()
    calendar = _calendar(box, given)
    count = int(need(given, "count")[0])
    with box.store.transaction() as db:
        last = seq_next(box.store, calendar["id"], count)
        rows = (_bulk_row(box, calendar, given, number, last - count + 1 + number) for number in range(count))
        db.executemany("insert into exchange_item values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return told({"created": count})


def _bulk_row(box: Box, calendar: Row, given: dict[str, Any], number: int, seq: int) -> tuple[Any, ...]:
    starts, ends = bulk_span(given, number)
    email = calendar["owner"]
    body = {
        **NEW,
        "id": accounts.id_make("item"),
        "uid": secrets.token_hex(28).upper(),
        "folder": calendar["id"],
        "owner": email,
        "organizer": {"email": email, "name": email},
        "subject": f"{given.get('subject', 'Busy')} {number + 1}",
        "starts": starts,
        "ends": ends,
        "zone": "UTC",
        "seq": seq,
        "created": now_text(),
        "updated": now_text(),
    }
    return row_of(body, seq)


@route("POST", PATH + "calendar/create")
def calendar_create(box: Box, ask: Ask) -> Response:
    """``{account, name}`` → ``{"id"}``."""
    given = ask.json_object()
    return told({"id": accounts.folder_make(box.store, _account(box, given)["email"], need(given, "name")[0])})


@route("POST", PATH + "calendar/rename")
def calendar_rename(box: Box, ask: Ask) -> Response:
    """``{calendar, name}``."""
    given = ask.json_object()
    calendar = _calendar(box, given)
    box.store.run("update exchange_folder set name = ? where id = ?", (need(given, "name")[0], calendar["id"]))
    return Response(status=204)


@route("POST", PATH + "calendar/delete")
def calendar_delete(box: Box, ask: Ask) -> Response:
    """``{calendar}``: it is gone; every use answers ErrorItemNotFound."""
    calendar = _calendar(box, ask.json_object())
    box.store.run("update exchange_folder set deleted = 1 where id = ?", (calendar["id"],))
    return Response(status=204)


@route("POST", PATH + "calendar/share")
def calendar_share(box: Box, ask: Ask) -> Response:
    """``{calendar, account, role}``; ``default`` is everybody. The roles are those of ``accounts.ROLES``."""
    given = ask.json_object()
    account, role = need(given, "account", "role")
    accounts.share(box.store, _calendar(box, given)["id"], account, role)
    return Response(status=204)


@route("POST", PATH + "calendar/unshare")
def calendar_unshare(box: Box, ask: Ask) -> Response:
    """``{calendar, account, error?}``: the share is withdrawn.

    ``error`` is what its use answers from now on: ErrorAccessDenied, ErrorItemNotFound or ErrorFolderNotFound. Left
    out, it depends on what everybody may see.
    """
    given = ask.json_object()
    (account,) = need(given, "account")
    calendar = _calendar(box, given)
    accounts.unshare(box.store, calendar["id"], account)
    if given.get("error"):
        accounts.refusal_set(box.store, calendar["id"], given["error"])
    return Response(status=204)


@route("POST", PATH + "mailbox/access")
def mailbox_access(box: Box, ask: Ask) -> Response:
    """``{mailbox, account, full?: true}``: a whole mailbox is opened to somebody, or closed."""
    given = ask.json_object()
    mailbox, account = need(given, "mailbox", "account")
    accounts.access(box.store, mailbox, account, full=bool(given.get("full", True)))
    return Response(status=204)


@route("POST", PATH + "expire_sync_state")
def expire_sync_state(box: Box, ask: Ask) -> Response:
    """``{calendar}``: its sync states answer ErrorInvalidSyncStateData from now on."""
    calendar = _calendar(box, ask.json_object())
    box.store.run("update exchange_folder set epoch = epoch + 1 where id = ?", (calendar["id"],))
    return Response(status=204)


@route("POST", PATH + "account")
def account_make(box: Box, ask: Ask) -> Response:
    """``{email, name?, user?, kind?, time_zone?}``: a new mailbox; ``kind`` is person, room or shared."""
    given = ask.json_object()
    (email,) = need(given, "email")
    accounts.account_make(
        box.store,
        email.lower(),
        user=given.get("user") or email.partition("@")[0].lower(),
        name=given.get("name") or email,
        kind=given.get("kind", "person"),
        zone=zone_of(given.get("time_zone") or "UTC").key,
    )
    return told({"email": email, "password": accounts.PASSWORD})


@route("POST", PATH + "password")
def password(box: Box, ask: Ask) -> Response:
    """``{account, password}``: changed; connections that stood with the old one are refused too."""
    given = ask.json_object()
    account = _account(box, given)
    wanted = need(given, "password")[0]
    box.store.run("update exchange_account set password = ? where email = ?", (wanted, account["email"]))
    return Response(status=204)


@route("POST", PATH + "lock")
def lock(box: Box, ask: Ask) -> Response:
    """``{account, locked?: true}``: the right password is refused as well."""
    given = ask.json_object()
    account = _account(box, given)
    box.store.run(
        "update exchange_account set locked = ? where email = ?", (int(given.get("locked", True)), account["email"])
    )
    return Response(status=204)


@route("POST", PATH + "version")
def version(box: Box, ask: Ask) -> Response:
    """``{version}``: 2007, 2010 SP1, 2010 SP2, 2013, 2016 or 2019."""
    (wanted,) = need(ask.json_object(), "version")
    if wanted not in RELEASES:
        raise ValueError(f"version must be one of {', '.join(RELEASES)}")
    box.store.put("exchange_version", wanted)
    return Response(status=204)


@route("POST", PATH + "auth")
def auth(box: Box, ask: Ask) -> Response:
    """``{methods: […]}``: what the server offers of ``ntlm`` and ``basic``."""
    (wanted,) = need(ask.json_object(), "methods")
    if not set(wanted) <= set(METHODS):
        raise ValueError(f"methods are of {', '.join(METHODS)}")
    box.store.put("exchange_auth", ",".join(wanted))
    return Response(status=204)


@route("POST", PATH + "find_limit")
def find_limit(box: Box, ask: Ask) -> Response:
    """``{count}``: how many items one FindItem may find."""
    box.store.put("exchange_find_limit", json.dumps(int(need(ask.json_object(), "count")[0])))
    return Response(status=204)
