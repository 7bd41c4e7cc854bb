"""Every value that the properties of a record have had (A17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.choices import ActorKind
from accounts.web import AccountRequest, account_view
from crm.labels import group_label, label_of
from crm.models import PropertyChange, PropertyDefinition, Record
from crm.objects import ObjectInfo
from crm.presentation import changes_shown
from crm.selectors import definitions_list, history_names, history_page, owners_list
from crm.views.gone import gone_shown
from crm.views.page import head, record_or_404
from hubclone.lib.paging import BadCursor

Options = list[tuple[str, str]]


@account_view()
@require_safe
@gone_shown
def history(request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int) -> HttpResponse:
    """The newest first; the property and the page are in the address. A property that there is not is not asked for."""
    found = record_or_404(account_id, objects, record_id)
    url = reverse("crm:history", args=[account_id, objects.plural, found.pk])
    if found.pk != record_id:
        return redirect(_address(url, **request.GET.dict()))
    known = {d.name: d for d in definitions_list(account_id=account_id, object_type=objects.type, archived=True)}
    had = history_names(account_id=account_id, record_id=found.pk)
    name = request.GET.get("property", "")
    name = name if name in known or name in had else ""
    try:
        page = history_page(account_id=account_id, record_id=found.pk, name=name, after=request.GET.get("after"))
    except BadCursor:
        return redirect(_address(url, property=name))
    context = {
        **head(found),
        "name": name,
        "choices": _choices(known, had | {name}),
        "rows": _rows(found, page.items, known),
        "all_url": url,
        "first_url": _address(url, property=name) if request.GET.get("after") else "",
        "next_url": _address(url, property=name, after=page.next_after) if page.next_after else "",
    }
    return render(request, "crm/history.html", context)


def _address(url: str, **query: str) -> str:
    given = urlencode({key: value for key, value in query.items() if value})
    return f"{url}?{given}" if given else url


def _choices(known: Mapping[str, PropertyDefinition], names: Iterable[str]) -> list[tuple[str, Options]]:
    """What can be chosen, by group in the order of the record's page; last what has no definition any more."""
    groups: dict[str, Options] = {}
    for name in [name for name in known if name in names]:
        groups.setdefault(group_label(known[name].group), []).append((name, label_of(known[name])))
    if others := sorted(name for name in names if name and name not in known):
        groups.setdefault(_("Other"), []).extend((name, name) for name in others)
    return list(groups.items())


def _rows(
    found: Record, changes: list[PropertyChange], known: Mapping[str, PropertyDefinition]
) -> list[dict[str, Any]]:
    """One value each, when it came and from whom or what: the name, where there is one, and its kind."""
    shown = changes_shown(changes, known, dict(owners_list(account_id=found.account_id)))
    return [
        {
            "shown": value,
            "changed_at": change.changed_at,
            "source": change.source_label,
            "kind": ActorKind(change.source_kind).label,
            "is_merged": change.record_id != found.pk,
        }
        for value, change in zip(shown, changes, strict=True)
    ]
