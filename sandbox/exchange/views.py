"""A mailbox's calendars as people see them."""

from __future__ import annotations

import json
from datetime import datetime

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.exchange.accounts import account_get
from sandbox.exchange.recurrence import rule_of
from sandbox.html import each, page
from sandbox.store import Row
from sandbox.times import zone_of


@route("GET", "/exchange/view/<email>")
def mailbox_view(box: Box, ask: Ask, email: str) -> Response:
    """Everything on the calendars of a mailbox, the latest first."""
    account = account_get(box.store, email)
    if account is None:
        raise NotFound
    rows = box.store.all(
        "select i.body, f.name from exchange_item i join exchange_folder f on f.id = i.folder"
        " where f.owner = ? and f.deleted = 0 and i.deleted = 0 order by i.starts desc limit 200",
        (account["email"],),
    )
    items = each(rows, lambda row: _item(row, account["time_zone"])) or Markup("<li>Nothing yet</li>")
    return page("mailbox.html", account["name"], name=account["name"], email=account["email"], items=items)


def _item(row: Row, zone: str) -> Markup:
    body = json.loads(row["body"])
    start, end = (datetime.fromtimestamp(body[name], zone_of(zone)) for name in ("starts", "ends"))
    when = f"{start:%A, %-d %B %Y}" if body["all_day"] else f"{start:%A, %-d %B %Y, %H:%M} – {end:%H:%M}"
    guests = ", ".join(f"{one['email']} ({one['response']})" for one in body["required"] + body["optional"])
    return Markup("<li><b>{}</b> <small>{} · {}{}{}</small></li>").format(
        body["subject"] or "(No title)",
        when,
        row["name"],
        f" · {rule_of(body['recurrence'])}" if body.get("recurrence") else "",
        f" · {guests}" if guests else "",
    )
