"""Pages of the sandbox: templates with {names}, escaped by markupsafe."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from markupsafe import Markup
from werkzeug.wrappers import Response

_PAGES = Path(__file__).parent / "pages"
_STATIC = Path(__file__).parent / "static"
_CSP = "default-src 'none'; style-src 'self'; frame-src 'self'; img-src 'self' data:"

T = TypeVar("T")


@cache
def _template(name: str) -> Markup:
    return Markup((_PAGES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own files


def fragment(name: str, /, **values: Any) -> Markup:
    """A template filled in; values that are not Markup are escaped."""
    return _template(name).format(**values)


def page(name: str, title: str, /, *, http_status: int = 200, wide: bool = False, **values: Any) -> Response:
    """A whole page: the template inside the layout."""
    body = fragment("layout.html", title=title, width="wide" if wide else "narrow", body=fragment(name, **values))
    return Response(body, http_status, {"Content-Security-Policy": _CSP}, content_type="text/html; charset=utf-8")


def each(items: Iterable[T], render: Callable[[T], Markup]) -> Markup:
    """Every item rendered, one after another."""
    return Markup("\n").join(render(item) for item in items)


def static_file(name: str) -> bytes:
    """The bytes of a file in ``static/``."""
    return (_STATIC / name).read_bytes()
