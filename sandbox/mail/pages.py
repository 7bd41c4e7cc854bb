"""Caught mail, to look at."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.html import each, page
from sandbox.mail.message import attachments, body_text, mail_parse, mail_values
from sandbox.store import Row

_FRAME_ALLOWS = "allow-popups allow-popups-to-escape-sandbox"
_FRAME_CSP = f"default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; sandbox {_FRAME_ALLOWS}"
SHOWN = 200


@route("GET", "/mail/")
def mail_list(box: Box, ask: Ask) -> Response:
    """The newest first."""
    rows = box.store.all("select * from mail order by id desc limit ?", (SHOWN,))
    empty = Markup('<p class="empty">No mail has been caught yet.</p>')
    return page("mail_list.html", "Mail", rows=each(rows, _line) or empty, smtp_port=box.smtp_port)


def _line(row: Row) -> Markup:
    mail = mail_values(row)
    clip = Markup(' <span class="badge">{}</span>').format(len(mail["attachments"])) if mail["attachments"] else ""
    return Markup(
        '<a class="card mail" href="/mail/{id}"><span><b>{subject}</b>{clip}<br>'
        "<small>To {to} · from {sender}</small></span><time>{received}</time></a>"
    ).format(
        id=row["id"],
        subject=mail["subject"] or "(no subject)",
        clip=clip,
        to=", ".join(json.loads(row["recipients"])),
        sender=mail["from"],
        received=row["received"][:16].replace("T", " "),
    )


def _row(box: Box, mail_id: int) -> Row:
    row = box.store.one("select * from mail where id = ?", (mail_id,))
    if row is None:
        raise NotFound
    return row


@route("GET", "/mail/<int:mail_id>")
def mail_show(box: Box, ask: Ask, mail_id: int) -> Response:
    """Headers, HTML in a sandboxed frame, text, attachments."""
    mail = mail_values(_row(box, mail_id))
    files = list(enumerate(mail["attachments"]))
    frame = Markup('<iframe sandbox="{}" title="HTML body" src="/mail/{}/html"></iframe>').format(
        _FRAME_ALLOWS, mail_id
    )
    return page(
        "mail_show.html",
        mail["subject"] or "(no subject)",
        id=mail_id,
        subject=mail["subject"] or "(no subject)",
        headers=each(mail["headers"], lambda header: Markup("<dt>{}</dt><dd>{}</dd>").format(*header)),
        html=frame if mail["html"] else Markup('<p class="empty">No HTML part.</p>'),
        text=mail["text"],
        files=each(files, lambda item: _file(mail_id, *item)) or Markup('<p class="empty">No attachments.</p>'),
    )


def _file(mail_id: int, number: int, part: dict[str, Any]) -> Markup:
    return Markup('<a class="card" href="/mail/{}/parts/{}"><b>{}</b> <small>{} · {} bytes</small></a>').format(
        mail_id, number, part["filename"] or "(unnamed)", part["content_type"], part["bytes"]
    )


@route("GET", "/mail/<int:mail_id>/html")
def mail_html(box: Box, ask: Ask, mail_id: int) -> Response:
    """The HTML body by itself: no scripts, no forms, nothing loaded; its links open in new tabs."""
    html = '<base target="_blank">' + body_text(mail_parse(_row(box, mail_id)["raw"]), "html")
    return Response(html, headers={"Content-Security-Policy": _FRAME_CSP}, content_type="text/html; charset=utf-8")


@route("GET", "/mail/<int:mail_id>/raw")
def mail_raw(box: Box, ask: Ask, mail_id: int) -> Response:
    """The message as it came."""
    return Response(_row(box, mail_id)["raw"], content_type="text/plain; charset=utf-8")


@route("GET", "/mail/<int:mail_id>/parts/<int:number>")
def mail_part(box: Box, ask: Ask, mail_id: int, number: int) -> Response:
    """An attachment, to download."""
    parts = attachments(mail_parse(_row(box, mail_id)["raw"]))
    if number >= len(parts):
        raise NotFound
    part = parts[number]
    response = Response(part.get_payload(decode=True), content_type="application/octet-stream")
    name = part.get_filename() or ("invite.ics" if part.get_content_type() == "text/calendar" else "attachment")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
