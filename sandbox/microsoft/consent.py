"""The page of the authority: a person chooses an account and what to allow."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox.consent import account_choice, hidden, redirect_allowed, scope_choice
from sandbox.context import Ask, Box, route
from sandbox.html import each, page
from sandbox.microsoft import grants
from sandbox.microsoft.accounts import PERSONAL
from sandbox.microsoft.authority import TENANT
from sandbox.microsoft.scopes import IDENTITY, LABELS, scopes_parse
from sandbox.store import Row

AUTHORIZE = TENANT + "/oauth2/v2.0/authorize"
_FIELDS = (
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "code_challenge",
    "code_challenge_method", "prompt", "login_hint", "nonce", "client_info",
)  # fmt: skip


class _Problem(Exception):
    """A request so wrong that the browser must not be sent anywhere."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.name, self.text = f"AADSTS{number}", text


@dataclass(frozen=True)
class _Request:
    client: Row
    tenant: str
    fields: dict[str, str]
    scopes: list[str]

    def back(self, **answer: str) -> Response:
        """Return the browser to the app, in the way that it asked for."""
        target = self.fields["redirect_uri"]
        values = {**answer, **({"state": self.fields["state"]} if self.fields["state"] else {})}
        if self.fields["response_mode"] == "form_post":
            fields = each(values.items(), hidden)
            return page("microsoft_post.html", "Working on it", target=target, hidden=fields, app=self.client["name"])
        query = "&" if urlsplit(target).query else "?"
        mark = "#" if self.fields["response_mode"] == "fragment" else query
        return redirect(f"{target}{mark}{urlencode(values)}", 302)

    def refused(self, error: str, number: int, text: str) -> Response:
        """Return with an error."""
        return self.back(error=error, error_description=f"AADSTS{number}: {text}")


def _read(box: Box, tenant: str, values: MultiDict[str, str]) -> _Request:
    fields = {name: values.get(name, "") for name in _FIELDS}
    client = box.store.one("select * from microsoft_client where client_id = ?", (fields["client_id"],))
    if client is None:
        raise _Problem(700016, f"Application with identifier '{fields['client_id']}' was not found in the directory.")
    if not redirect_allowed(client, fields["redirect_uri"]):
        raise _Problem(50011, f"The redirect URI '{fields['redirect_uri']}' does not match those of the application.")
    if fields["response_type"] != "code":
        raise _Problem(900144, "The request must have a response_type, and it must be code.")
    if fields["code_challenge_method"] not in {"", "plain", "S256"}:
        raise _Problem(90014, "The code_challenge_method must be S256 or plain.")
    scopes, unknown = scopes_parse(fields["scope"])
    if unknown or not scopes:
        raise _Problem(70011, f"The scope '{' '.join(unknown)}' is not valid.")
    return _Request(client, tenant, fields, scopes)


def _problem(problem: _Problem) -> Response:
    return page("problem.html", "Sign in", http_status=400, name=problem.name, text=problem.text)


def _accounts(box: Box, tenant: str) -> list[Row]:
    """Who may sign in at this part of the authority."""
    where = {
        "common": "1",
        "organizations": "tenant <> ?",
        "consumers": "tenant = ?",
    }.get(tenant, "tenant = ?")
    value = () if tenant == "common" else (PERSONAL if tenant in {"organizations", "consumers"} else tenant,)
    return box.store.all(f"select * from microsoft_account where {where} order by rowid", value)  # noqa: S608


@route("GET", AUTHORIZE)
def consent(box: Box, ask: Ask, tenant: str) -> Response:
    """Show the page."""
    try:
        request = _read(box, tenant, ask.args)
    except _Problem as problem:
        return _problem(problem)
    if request.fields["prompt"] == "none":
        return request.refused("login_required", 50058, "A silent sign-in request was sent but no user is signed in.")
    accounts = _accounts(box, tenant)
    hint = request.fields["login_hint"].lower()
    chosen = next((row["email"] for row in accounts if row["email"] == hint), accounts[0]["email"])
    return page(
        "microsoft_consent.html",
        "Sign in with Microsoft (sandbox)",
        app=request.client["name"],
        action=ask.path,
        accounts=each(accounts, lambda row: _account(row, row["email"] == chosen)),
        scopes=each(request.scopes, _scope),
        hidden=each(request.fields.items(), hidden),
    )


def _account(row: Row, checked: bool) -> Markup:
    return account_choice(row, checked=checked, note="personal" if row["tenant"] == PERSONAL else "work")


def _scope(scope: str) -> Markup:
    return scope_choice(scope, LABELS[scope], fixed=scope in IDENTITY)


@route("POST", AUTHORIZE)
def decide(box: Box, ask: Ask, tenant: str) -> Response:
    """Accept or Cancel was pressed."""
    try:
        request = _read(box, tenant, ask.form)
    except _Problem as problem:
        return _problem(problem)
    account = ask.form.get("account", "")
    if account not in {row["email"] for row in _accounts(box, tenant)}:
        return _problem(_Problem(50020, "Choose an account that exists here."))
    if ask.form.get("decision") != "allow":
        return request.refused("access_denied", 65004, "User declined to consent to access the app.")
    ticked = set(ask.form.getlist("allowed"))
    code = grants.code_issue(
        box.store,
        account=account,
        client_id=request.fields["client_id"],
        redirect_uri=request.fields["redirect_uri"],
        scope=" ".join(scope for scope in request.scopes if scope in ticked | IDENTITY),
        challenge=request.fields["code_challenge"],
        challenge_method=request.fields["code_challenge_method"],
        nonce=request.fields["nonce"],
    )
    return request.back(code=code, session_state=str(uuid.uuid4()))
