"""The front page and the static files."""

from __future__ import annotations

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.html import each, page, static_file
from sandbox.store import Row

_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


@route("GET", "/")
def index(box: Box, ask: Ask) -> Response:
    """What this is, with links."""
    accounts = box.store.all("select * from google_account order by gid")
    return page(
        "index.html",
        "Sandbox",
        accounts=each(accounts, _account),
        mail=box.store.count("select count(*) from mail"),
        smtp_port=box.smtp_port,
        faults=len(box.faults.listing()),
    )


def _account(row: Row) -> Markup:
    return Markup(
        '<a class="card" href="/google/view/{email}"><span class="avatar">{letter}</span>'
        "<span><b>{name}</b><br><small>{email}</small></span></a>"
    ).format(email=row["email"], letter=row["given_name"][0], name=f"{row['given_name']} {row['family_name']}")


@route("GET", "/static/<name>")
def static(box: Box, ask: Ask, name: str) -> Response:
    """A stylesheet or a picture."""
    kind = _TYPES.get(name.rpartition(".")[2])
    if kind is None or "/" in name or name.startswith("."):
        raise NotFound
    try:
        return Response(static_file(name), content_type=kind)
    except FileNotFoundError as error:
        raise NotFound from error
