"""What Exchange tells guests: copies on calendars of this server, and mail with an iCalendar part."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid

from sandbox.context import Box
from sandbox.exchange.accounts import DOMAIN, account_get, calendar_of, id_make
from sandbox.exchange.fields import plain_text
from sandbox.exchange.item_store import Body, by_uid, gone, put, view
from sandbox.exchange.recurrence import rule_of
from sandbox.times import now_text, render_utc, zone_of

_LISTS = ("required", "optional", "resources")
_METHODS = {"request": "REQUEST", "update": "REQUEST", "cancel": "CANCEL"}
_PREFIXES = {"request": "", "update": "Updated: ", "cancel": "Canceled: "}


def guests_of(body: Body) -> list[Body]:
    """Everybody invited but the organizer."""
    organizer = body["organizer"]["email"].lower()
    return [one for name in _LISTS for one in body[name] if one["email"].lower() != organizer]


def tell(box: Box, body: Body, kind: str, *, removed: tuple[str, ...] = ()) -> Body:
    """Invite the guests, tell them of a change or of the end; answers the item with what rooms said at once.

    ``removed`` are addresses that are no longer invited.
    """
    guests = [one["email"].lower() for one in guests_of(body)]
    for email in removed:
        _copy_cancel(box, body, email)
    if removed:
        _record(box, body, "cancel", list(removed))
    if not guests:
        return body
    for email in guests:
        if kind == "cancel":
            _copy_cancel(box, body, email)
        else:
            body = _copy_put(box, body, email)
    _record(box, body, kind, guests)
    return body


def _record(box: Box, body: Body, kind: str, guests: list[str]) -> None:
    box.store.run(
        "insert into exchange_invitation (folder, item, kind, recipients, at) values (?, ?, ?, ?, ?)",
        (body["folder"], body["id"], kind, json.dumps(guests), now_text()),
    )
    box.store.run(
        "insert into mail (received, sender, recipients, raw) values (?, ?, ?, ?)",
        (now_text(), body["organizer"]["email"], json.dumps(guests), _message(body, kind, guests).as_bytes()),
    )


def _copy_put(box: Box, body: Body, email: str) -> Body:
    """The guest's copy. A room answers at once: yes, unless it is taken."""
    account = account_get(box.store, email)
    if account is None:
        return body
    folder = calendar_of(box.store, email)["id"]
    old = by_uid(box.store, folder, body["uid"]) or {}
    answer = _room_answer(box, folder, body) if account["kind"] == "room" else _answer_kept(old, body)
    private = {"properties": old.get("properties", []), "reminder": old.get("reminder", False)}
    mine = {"invited": False, "id": old.get("id") or id_make("item"), "owner": email, "my_response": answer}
    put(box, folder, {**body, **private, **mine, "free_busy": "Busy" if answer == "Accept" else "Tentative"})
    return answered_by(body, email, "Unknown" if answer == "NoResponseReceived" else answer)


def _answer_kept(old: Body, body: Body) -> str:
    """A guest's answer stands for as long as the time does."""
    same = all(old.get(name) == body.get(name) for name in ("starts", "ends", "recurrence"))
    return str(old["my_response"]) if old and same else "NoResponseReceived"


def _room_answer(box: Box, folder: str, body: Body) -> str:
    taken = view(box.store, folder, body["starts"], body["ends"])
    others = [one for one in taken if one["uid"] != body["uid"] and one["free_busy"] == "Busy"]
    return "Decline" if others else "Accept"


def answered_by(body: Body, email: str, response: str) -> Body:
    """The item with the answer of one guest."""
    at = now_text()[:19] + "Z" if response != "Unknown" else ""
    lists = {
        name: [{**one, "response": response, "at": at} if one["email"].lower() == email else one for one in body[name]]
        for name in _LISTS
    }
    return {**body, **lists}


def respond(box: Box, copy: Body, response: str) -> Body:
    """A guest answers on their own copy; the organizer's item learns of it. A declined copy goes away."""
    email = copy["owner"]
    original = None
    if account_get(box.store, copy["organizer"]["email"]) is not None:
        original = by_uid(box.store, calendar_of(box.store, copy["organizer"]["email"])["id"], copy["uid"])
    if original is not None:
        put(box, original["folder"], answered_by(original, email, response))
    if response == "Decline":
        gone(box, copy)
        return copy
    busy = {"Accept": "Busy", "Tentative": "Tentative"}[response]
    return put(box, copy["folder"], {**copy, "my_response": response, "free_busy": busy})


def _copy_cancel(box: Box, body: Body, email: str) -> None:
    """A called-off meeting stays on the guest's calendar, free, until they take it away."""
    if account_get(box.store, email) is None:
        return
    copy = by_uid(box.store, calendar_of(box.store, email)["id"], body["uid"])
    if copy is not None:
        subject = f"Canceled: {copy['subject'].removeprefix('Canceled: ')}"
        put(box, copy["folder"], {**copy, "subject": subject, "is_cancelled": True, "free_busy": "Free"})


def _message(body: Body, kind: str, guests: list[str]) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((body["organizer"]["name"], body["organizer"]["email"]))
    message["To"] = ", ".join(guests)
    message["Subject"] = _PREFIXES[kind] + body["subject"]
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=DOMAIN)
    message.set_content(plain_text(body) or body["subject"])
    method = _METHODS[kind]
    message.add_alternative(_ics(body, method), subtype="calendar", params={"method": method})
    return message


def _ics(body: Body, method: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:Microsoft Exchange Server 2010", f"METHOD:{method}"]
    lines += ["BEGIN:VEVENT", f"UID:{body['uid']}", f"SEQUENCE:{body['sequence']}", f"DTSTAMP:{_stamp_now()}"]
    if body["all_day"]:
        lines += [f"DTSTART;VALUE=DATE:{_day(body, 'starts')}", f"DTEND;VALUE=DATE:{_day(body, 'ends')}"]
    else:
        lines += [f"DTSTART:{_stamp(body['starts'])}", f"DTEND:{_stamp(body['ends'])}"]
    lines += [rule_of(body["recurrence"])] if body.get("recurrence") else []
    lines += [f"ORGANIZER;CN={body['organizer']['name']}:mailto:{body['organizer']['email']}"]
    lines += [f"ATTENDEE;RSVP=TRUE:mailto:{one['email']}" for one in guests_of(body)]
    lines += [f"SUMMARY:{body['subject']}", f"LOCATION:{body['location']}"]
    lines += [f"STATUS:{'CANCELLED' if method == 'CANCEL' else 'CONFIRMED'}", "END:VEVENT", "END:VCALENDAR"]
    return "\r\n".join(lines) + "\r\n"


def _stamp(seconds: int) -> str:
    return render_utc(seconds).replace("-", "").replace(":", "")


def _stamp_now() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _day(body: Body, name: str) -> str:
    return f"{datetime.fromtimestamp(body[name], zone_of(body['zone'])):%Y%m%d}"
