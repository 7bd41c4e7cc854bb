"""The consent page: a person chooses an account and what to allow."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox.consent import account_choice, hidden, redirect_allowed, scope_choice
from sandbox.context import Ask, Box, route
from sandbox.google import grants
from sandbox.google.scopes import IDENTITY, LABELS, scopes_parse
from sandbox.html import each, page
from sandbox.store import Row

_FIELDS = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method",
    "access_type", "prompt", "include_granted_scopes", "login_hint", "nonce",
)  # fmt: skip


class _Problem(Exception):
    """A request so wrong that the browser must not be sent anywhere."""

    def __init__(self, code: int, name: str, text: str) -> None:
        super().__init__(name)
        self.code, self.name, self.text = code, name, text


@dataclass(frozen=True)
class _Request:
    client: Row
    fields: dict[str, str]

    @property
    def scopes(self) -> list[str]:
        return scopes_parse(self.fields["scope"])

    def back(self, **answer: str) -> Response:
        """Return the browser to the app."""
        target = self.fields["redirect_uri"]
        state = {"state": self.fields["state"]} if self.fields["state"] else {}
        mark = "&" if urlsplit(target).query else "?"
        return redirect(f"{target}{mark}{urlencode({**state, **answer})}", 302)


def _read(box: Box, values: MultiDict[str, str]) -> _Request:
    fields = {name: values.get(name, "") for name in _FIELDS}
    client = box.store.one("select * from google_client where client_id = ?", (fields["client_id"],))
    if client is None:
        raise _Problem(401, "invalid_client", "The OAuth client was not found.")
    if not redirect_allowed(client, fields["redirect_uri"]):
        raise _Problem(400, "redirect_uri_mismatch", f"The redirect URI {fields['redirect_uri']} is not registered.")
    if fields["response_type"] != "code":
        raise _Problem(400, "unsupported_response_type", "response_type must be code.")
    if not fields["scope"].strip():
        raise _Problem(400, "invalid_request", "Missing required parameter: scope")
    if fields["code_challenge_method"] not in {"", "plain", "S256"}:
        raise _Problem(400, "invalid_request", "code_challenge_method must be S256 or plain.")
    return _Request(client, fields)


def _problem(problem: _Problem) -> Response:
    return page("problem.html", f"Error {problem.code}", http_status=problem.code, name=problem.name, text=problem.text)


@route("GET", "/google/o/oauth2/v2/auth")
def consent(box: Box, ask: Ask) -> Response:
    """Show the page."""
    try:
        request = _read(box, ask.args)
    except _Problem as problem:
        return _problem(problem)
    if request.fields["prompt"] == "none":
        return request.back(error="interaction_required")
    accounts = box.store.all("select * from google_account order by gid")
    chosen = request.fields["login_hint"] or accounts[0]["email"]
    return page(
        "consent.html",
        "Sign in with Google (sandbox)",
        app=request.client["name"],
        accounts=each(accounts, lambda row: account_choice(row, checked=row["email"] == chosen)),
        scopes=each(request.scopes, _scope),
        hidden=each(request.fields.items(), hidden),
    )


def _scope(scope: str) -> Markup:
    return scope_choice(scope, LABELS.get(scope, scope), fixed=scope in IDENTITY)


@route("POST", "/google/o/oauth2/v2/auth")
def decide(box: Box, ask: Ask) -> Response:
    """Continue or Cancel was pressed."""
    try:
        request = _read(box, ask.form)
    except _Problem as problem:
        return _problem(problem)
    account = ask.form.get("account", "")
    if box.store.one("select 1 from google_account where email = ?", (account,)) is None:
        return _problem(_Problem(400, "invalid_request", "Choose an account."))
    if ask.form.get("decision") != "allow":
        return request.back(error="access_denied")
    ticked = set(ask.form.getlist("allowed"))
    scopes = [scope for scope in request.scopes if scope in ticked]
    if not scopes:
        return request.back(error="access_denied")
    code = grants.code_issue(
        box.store,
        account=account,
        client_id=request.fields["client_id"],
        redirect_uri=request.fields["redirect_uri"],
        scope=" ".join(scopes),
        challenge=request.fields["code_challenge"],
        challenge_method=request.fields["code_challenge_method"],
        nonce=request.fields["nonce"],
        offline=request.fields["access_type"] == "offline",
        prompt_consent="consent" in request.fields["prompt"].split(),
        include_granted=request.fields["include_granted_scopes"] == "true",
    )
    return request.back(code=code, scope=" ".join(scopes))
