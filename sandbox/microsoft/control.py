"""Acting as the other side of Microsoft: consents, shares and bad days."""

from __future__ import annotations

import secrets
from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.control import need, told
from sandbox.microsoft import accounts, grants
from sandbox.microsoft.scopes import IDENTITY, scopes_parse
from sandbox.store import Row

PATH = "/_control/microsoft/"


def calendar_row(box: Box, given: dict[str, Any]) -> Row:
    """The calendar that ``calendar`` names, by alias or id, as its owner has it."""
    (calendar,) = need(given, "calendar")
    row = box.store.one(
        "select *, 'owner' as role, owner as account from microsoft_calendar where ? in (alias, id) and deleted = 0",
        (calendar,),
    )
    if row is None:
        raise ValueError(f"no calendar {calendar}")
    return row


def _scope(given: dict[str, Any]) -> str:
    (scope,) = need(given, "scope")
    known, unknown = scopes_parse(scope if isinstance(scope, str) else " ".join(scope))
    if unknown:
        raise ValueError(f"unknown scopes: {', '.join(unknown)}")
    return " ".join(dict.fromkeys([*known, *sorted(IDENTITY)]))


@route("POST", PATH + "grant")
def grant(box: Box, ask: Ask) -> Response:
    """``{account, scope, client_id?, redirect_uri, code_challenge?, nonce?}`` → ``{"code"}``, as after Accept."""
    given = ask.json_object()
    account, redirect_uri = need(given, "account", "redirect_uri")
    code = grants.code_issue(
        box.store,
        account=account,
        client_id=given.get("client_id") or accounts.CLIENT_ID,
        redirect_uri=redirect_uri,
        scope=_scope(given),
        challenge=given.get("code_challenge") or "",
        challenge_method="S256",
        nonce=given.get("nonce") or "",
    )
    return told({"code": code})


@route("POST", PATH + "token")
def token(box: Box, ask: Ask) -> Response:
    """``{account, scope, client_id?}`` → ``{"access_token", "refresh_token", "scope"}``, with no code between."""
    given = ask.json_object()
    (account,) = need(given, "account")
    client_id, scope = given.get("client_id") or accounts.CLIENT_ID, _scope(given)
    code = grants.code_issue(box.store, account=account, client_id=client_id, redirect_uri="", scope=scope)
    row = grants.code_take(box.store, code)
    assert row is not None
    access = grants.TOKENS.issue(box.store, row["grant_id"], scope)
    refresh = grants.refresh_issue(box.store, row["grant_id"])
    return told({"access_token": access, "refresh_token": refresh, "scope": scope})


@route("POST", PATH + "client")
def client(box: Box, ask: Ask) -> Response:
    """``{client_id, client_secret, name?, redirect_uris: []}``: register an app."""
    given = ask.json_object()
    client_id, secret = need(given, "client_id", "client_secret")
    accounts.client_make(box.store, client_id, secret, given.get("name", client_id), given.get("redirect_uris", []))
    return told({"client_id": client_id})


@route("POST", PATH + "revoke")
def revoke(box: Box, ask: Ask) -> Response:
    """``{account, reason?, client_id?}``: refreshing fails; ``reason`` is one of ``grants.REVOKED`` (revoked)."""
    given = ask.json_object()
    reason = given.get("reason") or "revoked"
    if reason not in grants.REVOKED:
        raise ValueError(f"reason must be one of {', '.join(grants.REVOKED)}")
    grants.TOKENS.revoke(box.store, account=need(given, "account")[0], client_id=given.get("client_id"), why=reason)
    return Response(status=204)


@route("POST", PATH + "password")
def password(box: Box, ask: Ask) -> Response:
    """``{account}``: the password was changed, which ends every grant."""
    grants.TOKENS.revoke(box.store, account=need(ask.json_object(), "account")[0], client_id=None, why="revoked")
    return Response(status=204)


@route("POST", PATH + "token_expire")
def token_expire(box: Box, ask: Ask) -> Response:
    """``{account}``: its access tokens are old at once; refreshing works."""
    grants.TOKENS.expire(box.store, need(ask.json_object(), "account")[0])
    return Response(status=204)


@route("POST", PATH + "refresh_expire")
def refresh_expire(box: Box, ask: Ask) -> Response:
    """``{account}``: refresh tokens that were replaced by newer ones stop working at once."""
    grants.replaced_expire(box.store, need(ask.json_object(), "account")[0])
    return Response(status=204)


@route("POST", PATH + "calendar/create")
def calendar_create(box: Box, ask: Ask) -> Response:
    """``{account, name, alias?}`` → ``{"id", "alias"}``."""
    given = ask.json_object()
    account, name = need(given, "account", "name")
    alias = given.get("alias") or f"{secrets.token_hex(6)}-{account}"
    return told({"id": accounts.calendar_make(box.store, alias, account, name=name), "alias": alias})


@route("POST", PATH + "calendar/delete")
def calendar_delete(box: Box, ask: Ask) -> Response:
    """``{calendar}``: it is gone; every use answers 404."""
    row = calendar_row(box, ask.json_object())
    box.store.run("update microsoft_calendar set deleted = 1 where alias = ?", (row["alias"],))
    return Response(status=204)


@route("POST", PATH + "calendar/share")
def calendar_share(box: Box, ask: Ask) -> Response:
    """``{calendar, account, role}`` with role freeBusyRead, read or write."""
    given = ask.json_object()
    account, role = need(given, "account", "role")
    if role not in accounts.ROLES:
        raise ValueError(f"role must be one of {', '.join(accounts.ROLES)}")
    accounts.share(box.store, calendar_row(box, given)["alias"], account, role)
    return Response(status=204)


@route("POST", PATH + "calendar/unshare")
def calendar_unshare(box: Box, ask: Ask) -> Response:
    """``{calendar, account}``: the share is withdrawn; every use answers 404."""
    given = ask.json_object()
    (account,) = need(given, "account")
    accounts.share(box.store, calendar_row(box, given)["alias"], account, "")
    return Response(status=204)


@route("POST", PATH + "expire_sync_token")
def expire_sync_token(box: Box, ask: Ask) -> Response:
    """``{calendar, status?}``: its delta links fail: with 410 and a Location, else with ``status`` (as 404)."""
    given = ask.json_object()
    box.store.run(
        "update microsoft_calendar set epoch = epoch + 1, expired_status = ? where alias = ?",
        (int(given.get("status") or 410), calendar_row(box, given)["alias"]),
    )
    return Response(status=204)


@route("POST", PATH + "endless_pages")
def endless_pages(box: Box, ask: Ask) -> Response:
    """``{calendar, endless?: true}``: delta answers nextLinks and never comes to an end."""
    given = ask.json_object()
    box.store.run(
        "update microsoft_calendar set endless = ? where alias = ?",
        (int(given.get("endless", True)), calendar_row(box, given)["alias"]),
    )
    return Response(status=204)
