"""The front page and the static files."""

from __future__ import annotations

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.html import each, page, static_file
from sandbox.providers import PROVIDERS, Person, Provider

_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


@route("GET", "/")
def index(box: Box, ask: Ask) -> Response:
    """What this is, with links."""
    return page(
        "index.html",
        "Sandbox",
        providers=each(PROVIDERS.values(), lambda provider: _provider(box, provider)),
        mail=box.store.count("select count(*) from mail"),
        smtp_port=box.smtp_port,
        faults=len(box.faults.listing()),
    )


def _provider(box: Box, provider: Provider) -> Markup:
    return Markup("<h2>{}</h2>\n{}").format(provider.label, each(provider.people(box.store), _person))


def _person(person: Person) -> Markup:
    note = Markup(' <span class="badge">{}</span>').format(person.note) if person.note else ""
    return Markup(
        '<a class="card" href="{url}"><span class="avatar">{letter}</span>'
        "<span><b>{name}</b>{note}<br><small>{email}</small></span></a>"
    ).format(url=person.url, letter=person.name[0], name=person.name, note=note, email=person.email)


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
