"""The profile and the calendars of an account."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.microsoft.access import GRAPH, RANKS, account_of, answer, base, calendar_open, caller
from sandbox.microsoft.accounts import PERSONAL
from sandbox.microsoft.errors import invalid
from sandbox.microsoft.scopes import READ_BASIC, READ_PROFILE
from sandbox.store import Row

_PAGE = 10
_MAX_PAGE = 1000
_HEX = {"auto": "", "lightBlue": "#a6d1f5", "lightGreen": "#87d28e", "lightOrange": "#fcab73", "lightPink": "#f08cc0"}


@route("GET", GRAPH + "/me")
def me(box: Box, ask: Ask) -> Response:
    """Who the token is of. A personal account has no ``mail``: its address is the user principal name."""
    account = account_of(box.store, caller(box, ask, READ_PROFILE).account)
    personal = account["tenant"] == PERSONAL
    body = {
        "businessPhones": [],
        "displayName": f"{account['given_name']} {account['family_name']}",
        "givenName": account["given_name"],
        "jobTitle": None,
        "mail": None if personal else account["email"],
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": account["family_name"],
        "userPrincipalName": account["email"],
        "id": account["oid"].replace("-", "")[-16:] if personal else account["oid"],
    }
    return answer(ask, "users/$entity", body)


def entry(box: Box, row: Row) -> dict[str, Any]:
    """A calendar as the account that it was opened for sees it."""
    owner = account_of(box.store, row["owner"])
    teams = ["teamsForBusiness"] if owner["tenant"] != PERSONAL else []
    rank = RANKS[row["role"]]
    return {
        "id": row["id"],
        "name": row["name"],
        "color": row["color"],
        "hexColor": _HEX.get(row["color"], ""),
        "isDefaultCalendar": bool(row["is_default"]) and row["owner"] == row["account"],
        "changeKey": f"DwAAABYAAAB{row['seq']:08d}",
        "canShare": rank >= RANKS["owner"],
        "canViewPrivateItems": rank >= RANKS["owner"],
        "canEdit": rank >= RANKS["write"],
        "allowedOnlineMeetingProviders": teams,
        "defaultOnlineMeetingProvider": teams[0] if teams else "unknown",
        "isTallyingResponses": bool(row["is_default"]),
        "isRemovable": not row["is_default"],
        "owner": {"name": f"{owner['given_name']} {owner['family_name']}", "address": owner["email"]},
    }


def page_numbers(ask: Ask, default: int = _PAGE) -> tuple[int, int]:
    """``$top`` and ``$skip``. Raises 400."""
    try:
        top, skip = int(ask.args.get("$top", default)), int(ask.args.get("$skip", 0))
    except ValueError as error:
        raise invalid("Invalid paging options.", "BadRequest") from error
    if top < 1 or skip < 0:
        raise invalid("Invalid paging options.", "BadRequest")
    return min(top, _MAX_PAGE), skip


@route("GET", GRAPH + "/me/calendars")
def calendars_list(box: Box, ask: Ask) -> Response:
    """Own calendars and those that others share, in pages of ``$top`` (10)."""
    account = caller(box, ask, READ_BASIC).account
    rows = box.store.all(
        "select c.*, s.role, s.account from microsoft_share s join microsoft_calendar c on c.alias = s.calendar"
        " where s.account = ? and c.deleted = 0 order by c.is_default and c.owner = s.account desc, s.place",
        (account,),
    )
    top, skip = page_numbers(ask)
    body: dict[str, Any] = {}
    if len(rows) > skip + top:
        body["@odata.nextLink"] = f"{base(ask)}/me/calendars?$top={top}&$skip={skip + top}"
    body["value"] = [entry(box, row) for row in rows[skip : skip + top]]
    return answer(ask, f"users('{account}')/calendars", body)


@route("GET", GRAPH + "/me/calendar")
@route("GET", GRAPH + "/me/calendars/<calendar_id>")
def calendar_get(box: Box, ask: Ask, calendar_id: str = "") -> Response:
    """One calendar."""
    account = caller(box, ask, READ_BASIC).account
    row = calendar_open(box.store, account, calendar_id)
    return answer(ask, f"users('{account}')/calendars/$entity", entry(box, row))
