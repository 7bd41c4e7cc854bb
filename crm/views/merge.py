"""Making one record of two, in two steps: which one, and which values."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.web import AccountRequest, account_view
from crm.exceptions import RecordError
from crm.labels import label_of
from crm.models import Record
from crm.objects import ObjectInfo
from crm.presentation import plural_label, record_title, record_url, value_shown
from crm.selectors import definitions_list, owners_list, record_get, records_page
from crm.selectors.merges import alike
from crm.services.merging import MERGEABLE, records_merge
from crm.views.gone import gone_shown
from crm.views.page import record_or_404
from hubclone.lib.errors import TransientError

FOUND = 10
CHOICE = "choice-"


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
@gone_shown
def merge(request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int) -> HttpResponse:
    """``?with=`` names the record that is to go; without it, it is searched for."""
    if objects.type not in MERGEABLE:
        raise Http404
    found = record_or_404(account_id, objects, record_id)
    if found.pk != record_id:
        return redirect(_url(found))
    other = _other(request, found)
    if other is None:
        return _search(request, found)
    if request.method != "POST":
        return _compare(request, found, other)
    return _merge(request, found, other)


def _other(request: AccountRequest, found: Record) -> Record | None:
    asked = request.GET.get("with", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
        return None
    other = record_get(account_id=found.account_id, record_id=int(asked), object_type=found.object_type)
    return other if other is not None and other.pk != found.pk else None


def _merge(request: AccountRequest, found: Record, other: Record) -> HttpResponse:
    choices = {
        name.removeprefix(CHOICE): request.POST.get(name, "") for name in request.POST if name.startswith(CHOICE)
    }
    versions = {record.pk: _number(request.POST.get(f"version-{record.pk}")) for record in (found, other)}
    try:
        merged = records_merge(
            actor=request.actor, winner_id=found.pk, loser_id=other.pk, choices=choices, versions=versions
        )
    except (RecordError, TransientError) as error:
        return _again(request, found, other, str(error), choices)
    name = record_title(other)
    messages.success(request, _("%(name)s is part of this record now.") % {"name": name})
    return redirect(record_url(merged))


def _again(request: AccountRequest, found: Record, other: Record, reason: str, choices: dict[str, str]) -> HttpResponse:
    """The fresh values with what was chosen; the search when one of the two is gone."""
    fresh = [
        record_get(account_id=record.account_id, record_id=record.pk, object_type=record.object_type)
        for record in (found, other)
    ]
    mine, theirs = fresh
    if mine is None or mine.pk != found.pk:
        messages.error(request, reason)
        return redirect(record_url(mine or found))
    if theirs is None or theirs.pk == mine.pk or theirs.pk != other.pk:
        messages.error(request, reason)
        return redirect(_url(mine))
    return _compare(request, mine, theirs, reason=reason, choices=choices, status=409)


def _compare(
    request: AccountRequest,
    found: Record,
    other: Record,
    *,
    reason: str = "",
    choices: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    mine, theirs = _names(found, other)
    context = {
        **_head(found),
        "title": mine,
        "other": other,
        "other_title": theirs,
        "other_url": record_url(other),
        "rows": _rows(found, other, choices or {}),
        "swap_url": f"{_url(other)}?with={found.pk}",
        "reason": reason,
    }
    return render(request, "crm/merge.html", context, status=status)


def _rows(found: Record, other: Record, choices: dict[str, str]) -> list[dict[str, Any]]:
    """The properties in which they differ, each with both values and the side that is chosen."""
    owners, names = dict(owners_list(account_id=found.account_id)), _names(found, other)
    rows = []
    for definition in definitions_list(account_id=found.account_id, object_type=found.object_type):
        mine, theirs = (record.properties.get(definition.name) for record in (found, other))
        if definition.is_read_only or mine == theirs:
            continue
        side = choices.get(definition.name) or ("winner" if mine is not None else "loser")
        sides = (("winner", mine, names[0]), ("loser", theirs, names[1]))
        rows.append(
            {
                "field": f"{CHOICE}{definition.name}",
                "label": label_of(definition),
                "sides": [
                    {
                        "value": key,
                        "of": of,
                        "shown": None if value is None else value_shown(definition, value, owners),
                        "checked": key == side,
                    }
                    for key, value, of in sides
                ],
            }
        )
    return rows


def _search(request: AccountRequest, found: Record) -> HttpResponse:
    q = request.GET.get("q", "")[:200]
    if q.strip():
        page = records_page(account_id=found.account_id, object_type=found.object_type, q=q, limit=FOUND + 1)
        records = [record for record in page.items if record.pk != found.pk][:FOUND]
    else:
        records = alike(record=found)
    context = {
        **_head(found),
        "q": q,
        "found": [{"record": record, "title": record_title(record), "note": _note(record)} for record in records],
        "is_missing": bool(request.GET.get("with")),
    }
    return render(request, "crm/merge_search.html", context)


def _names(found: Record, other: Record) -> tuple[str, str]:
    """What both are called, told apart where that is the same."""
    names = record_title(found), record_title(other)
    if names[0] != names[1]:
        return names
    return f"{names[0]} ({_note(found)})", f"{names[1]} ({_note(other)})"


def _note(record: Record) -> str:
    """What tells records of one name apart."""
    return str(record.properties.get("email") or record.properties.get("domain") or f"#{record.pk}")


def _head(found: Record) -> dict[str, Any]:
    return {
        "record": found,
        "title": record_title(found),
        "url": record_url(found),
        "kinds": plural_label(found.object_type),
        "is_contact": found.object_type == "contact",
    }


def _url(found: Record) -> str:
    return f"{record_url(found)}merge/"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
