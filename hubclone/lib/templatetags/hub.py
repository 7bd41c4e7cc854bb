"""Template tags that every page has without loading them."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from hubclone.lib.icons import ICONS
from hubclone.lib.pace import pace_words
from hubclone.lib.preferences import PREFERENCES, preference_read
from hubclone.lib.undo import undo_url

register = template.Library()
AVATAR_HUES = 6
_FORMATS = {"datetime": ("DATE_FORMAT", "TIME_FORMAT"), "date": ("DATE_FORMAT", ""), "time": ("", "TIME_FORMAT")}


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An inline SVG of the set in ``hubclone.lib.icons``; silent to screen readers unless it has a ``label``."""
    return _icon(str(name), str(size), str(label))


@lru_cache(maxsize=1024)
def _icon(name: str, size: str, label: str) -> SafeString:
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {}>{}</svg>',
        f" icon--{size}" if size else "",
        said,
        mark_safe(ICONS.get(name) or ICONS["info"]),  # noqa: S308 - our own drawings
    )


@register.simple_tag(takes_context=True)
def preference(context: Context, name: str) -> str:
    """What the visitor chose in this browser, by a name of ``hubclone.lib.preferences``."""
    request = context.get("request")
    return preference_read(request, name) if request is not None else PREFERENCES[name].default


@register.simple_tag(takes_context=True)
def active(context: Context, *names: str) -> SafeString:
    """``aria-current="page"`` when the page's route is one of ``names`` or lies under one that ends in ``:``."""
    match = getattr(context.get("request"), "resolver_match", None)
    here = match.view_name if match else ""
    hit = any(here == name or (name.endswith(":") and here.startswith(name)) for name in names)
    return format_html('aria-current="{}"', "page") if hit else SafeString("")


@register.simple_tag
def when(value: dt.datetime | None, zone: str = "", show: str = "datetime") -> SafeString | str:
    """An aware moment in ``zone`` (the current one when empty) with the zone's name; ``show``: datetime, date, time."""
    if value is None:
        return "—"
    local = value.astimezone(ZoneInfo(zone) if zone else timezone.get_current_timezone())
    words = _moment_words(local.date(), local.time().replace(second=0, microsecond=0), show, get_language() or "")
    if show == "date":
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)
    mark = '<time datetime="{}">{} <span class="zone">{}</span></time>'
    return format_html(mark, value.isoformat(), words, zone_name(local))


@lru_cache(maxsize=8192)
def _moment_words(day: dt.date, time: dt.time, show: str, language: str) -> str:
    """A day and a minute as the language writes them; a page names few different ones."""
    moment = dt.datetime.combine(day, time)
    return ", ".join(date_format(moment, fmt) for fmt in _FORMATS[show] if fmt)


def zone_name(local: dt.datetime) -> str:
    """The zone's usual letters at that moment, as CET; ``UTC+03:30`` where it has none."""
    name = local.tzname() or ""
    if name[:1].isalpha():
        return name
    offset = local.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


@register.simple_tag
def avatar(name: Any, size: str = "", square: bool = False) -> SafeString:
    """The initials of a name on a colour of its own: ``components/avatar.html`` without a picture. Long lists use
    it directly: a template that is included costs ten times as much."""
    return _avatar(str(name), str(size), bool(square))


@lru_cache(maxsize=4096)
def _avatar(name: str, size: str, square: bool) -> SafeString:
    css = (
        f"avatar avatar--hue{hue(name)}" + (f" avatar--{size}" if size else "") + (" avatar--square" if square else "")
    )
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, initials(name))


@register.filter
def initials(name: str) -> str:
    """Up to two letters of a name or of an e-mail address; the first sign of a name that has none."""
    words = re.findall(r"[^\W_]+", str(name).partition("@")[0])
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or str(name).strip()[:1]


@register.filter
def hue(name: str) -> int:
    """A number from 1 to 6 that is always the same for the same name: the avatar's colour."""
    return zlib.crc32(str(name).encode()) % AVATAR_HUES + 1


@register.simple_tag
def pace(done: float, total: float | None, seconds: float) -> str:
    """Rate and time left of long work after so many seconds, for components/progress.html."""
    return pace_words(done=done, total=total, seconds=seconds)


@register.filter
def undo(extra_tags: str) -> str:
    """Where a message's Undo button posts to; empty for one without a way back."""
    return undo_url(extra_tags)


@register.inclusion_tag("components/sort.html", takes_context=True)
def sort_header(context: Context, key: str, label: str, default: str = "", css: str = "") -> dict[str, Any]:
    """A table's header cell that sorts by ``key``; the state is in ``?sort=``, ``-key`` when descending."""
    query = context["request"].GET.copy()
    now = query.get("sort", default)
    query["sort"] = f"-{key}" if now == key else key
    for cursor in ("after", "before"):
        query.pop(cursor, None)
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    return {"label": label, "url": f"?{query.urlencode()}", "order": order, "css": css}


class SlotNode(Node):
    """A named part of a component's body."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        """Shown by the component, not where it stands."""
        return ""


class ComponentNode(Node):
    """Renders ``components/<name>.html`` with the body as ``slot`` and named slots under their names."""

    def __init__(self, name: str, given: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.name = name
        self.given = given
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        """The body sees the page's context; the component sees only what it is given, and the CSRF token."""
        assert context.template is not None
        values = {key: value.resolve(context) for key, value in self.given.items()}
        values["slot"] = self.nodelist.render(context)
        values["csrf_token"] = context.get("csrf_token")
        for node in self.nodelist:
            if isinstance(node, SlotNode):
                values[node.name] = node.nodelist.render(context)
        component = context.template.engine.get_template(f"components/{self.name}.html")
        return component.render(context.new(values))


@register.tag
def slot(parser: Parser, token: Token) -> SlotNode:
    """``{% slot "footer" %}…{% endslot %}``, directly in a component."""
    name = token.split_contents()[1].strip("\"'")
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(name, nodelist)


@register.tag
def component(parser: Parser, token: Token) -> ComponentNode:
    """``{% component "dialog" id="remove" title=title %}body{% endcomponent %}``."""
    _tag, name, *pairs = token.split_contents()
    given = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise template.TemplateSyntaxError(f"component takes key=value pairs, not {pair}")
        given[key] = parser.compile_filter(value)
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(name.strip("\"'"), given, nodelist)
