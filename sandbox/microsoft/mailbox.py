"""Settings of a mailbox, and its events as a list that can be searched for a value of an app's own."""

from __future__ import annotations

import json
import re

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.microsoft import event_store
from sandbox.microsoft.access import GRAPH, account_of, answer, base, calendar_open, caller, preference
from sandbox.microsoft.calendars import page_numbers
from sandbox.microsoft.errors import invalid
from sandbox.microsoft.event_body import EXTENDED, Body, told
from sandbox.microsoft.listing import seen, selected
from sandbox.microsoft.scopes import READ_BASIC
from sandbox.microsoft.zones import windows_name, zone_named
from sandbox.store import Row

_FILTER = re.compile(
    r"singleValueExtendedProperties/Any\(\s*(\w+):\s*\1/id eq '([^']+)' and \1/value eq '([^']*)'\s*\)", re.IGNORECASE
)


@route("GET", GRAPH + "/me/mailboxSettings")
def mailbox_settings(box: Box, ask: Ask) -> Response:
    """The zone of the mailbox, by its Windows name."""
    account = account_of(box.store, caller(box, ask, ("MailboxSettings.Read",)).account)
    zone = windows_name(zone_named(account["time_zone"]))
    return answer(ask, f"users('{account['email']}')/mailboxSettings", {"timeZone": zone})


@route("GET", GRAPH + "/me/calendars/<calendar_id>/events")
def events_list(box: Box, ask: Ask, calendar_id: str) -> Response:
    """Single events and series, in pages of ``$top`` (10); of ``$filter`` only what finds an extended property."""
    account = caller(box, ask, READ_BASIC).account
    calendar = calendar_open(box.store, account, calendar_id)
    found = [body for body in _kept(box, calendar) if _matches(ask, body)]
    top, skip = page_numbers(ask)
    names = [name for name in ask.args.get("$select", "").split(",") if name]
    items = [selected(told(seen(calendar, body), preference(ask, "outlook.timezone")), names) for body in found]
    value: Body = {"value": json.loads(box.outside(json.dumps(items[skip : skip + top])))}
    if len(found) > skip + top:
        value["@odata.nextLink"] = f"{base(ask)}{ask.path.removeprefix(GRAPH)}?$top={top}&$skip={skip + top}"
    return answer(ask, f"users('{account}')/calendars('{calendar_id}')/events", value)


def _kept(box: Box, calendar: Row) -> list[Body]:
    rows = box.store.all(
        "select id from microsoft_event where calendar = ? and deleted = 0 and kind in ('single', 'master')"
        " order by starts",
        (calendar["alias"],),
    )
    return [body for row in rows if (body := event_store.load(box, calendar, row["id"])) is not None]


def _matches(ask: Ask, body: Body) -> bool:
    """Raises 400 for another filter."""
    if not ask.args.get("$filter"):
        return True
    wanted = _FILTER.fullmatch(ask.args["$filter"].strip())
    if wanted is None:
        raise invalid("The query filter contains one or more invalid nodes.", "ErrorInvalidUrlQueryFilter")
    return any(one["id"].lower() == wanted[2].lower() and one["value"] == wanted[3] for one in body.get(EXTENDED, ()))
