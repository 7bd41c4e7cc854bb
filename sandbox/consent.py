"""What the consent pages of stand-ins have in common: where they may send a browser, and their fields."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from markupsafe import Markup

from sandbox.store import Row

_LOOPBACK = {"127.0.0.1", "localhost", "::1", "testserver"}


def redirect_allowed(client: Row, redirect_uri: str) -> bool:
    """Whether it is one of the app's; of an app that registered none, whether it leads to this machine."""
    if registered := json.loads(client["redirect_uris"]):
        return redirect_uri in registered
    parts = urlsplit(redirect_uri)
    return parts.scheme in {"http", "https"} and parts.hostname in _LOOPBACK


def hidden(field: tuple[str, str]) -> Markup:
    """Name and value, passed on as they came."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(*field)


def account_choice(row: Row, *, checked: bool, note: str = "") -> Markup:
    """A person to go on as; ``note`` says of what kind the account is."""
    return Markup(
        '<label class="choice"><input type="radio" name="account" value="{email}"{checked}>'
        '<span class="avatar">{letter}</span><span><b>{name}</b><br><small>{email}{note}</small></span></label>'
    ).format(
        email=row["email"],
        letter=row["given_name"][0],
        name=f"{row['given_name']} {row['family_name']}",
        note=f" · {note}" if note else "",
        checked=Markup(" checked") if checked else "",
    )


def scope_choice(scope: str, label: str, *, fixed: bool) -> Markup:
    """A permission to tick; one that is ``fixed`` cannot be left out."""
    kept = Markup('<input type="hidden" name="allowed" value="{}">').format(scope) if fixed else ""
    return Markup(
        '<label class="choice"><input type="checkbox" name="allowed" value="{scope}" checked{off}>{kept}'
        "<span>{label}<br><small>{scope}</small></span></label>"
    ).format(scope=scope, kept=kept, label=label, off=Markup(" disabled") if fixed else "")
