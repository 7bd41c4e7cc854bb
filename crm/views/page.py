"""The page of one record, whatever state it is in: read, with a group being edited, with a composer open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.web import AccountRequest
from crm.builtin_associations import unlabelled
from crm.choices import ObjectType
from crm.forms import RecordForm
from crm.models import PropertyDefinition, Record
from crm.objects import ObjectInfo
from crm.presentation import (
    Shown,
    ShownGroup,
    groups_shown,
    objects_url,
    plural_label,
    record_icon,
    record_title,
    record_url,
)
from crm.registries import ACTIVITY_NOTES, COMPOSERS, PROPERTY_CHANGE, TIMELINE_KINDS, Composer
from crm.selectors import TimelinePage, definitions_list, owners_list, record_get, timeline_page
from crm.selectors.addresses import addresses_list
from crm.selectors.consents import consent_state
from crm.services.activities import DONE
from crm.views.link_groups import link_groups
from crm.views.timeline import filter_tabs, timeline_row
from hubclone.lib.paging import BadCursor

NUMBER_DIGITS_MOST = 18


@dataclass(slots=True)
class PageState:
    """What is open on the page. A form that was refused comes in bound; else the address opens an empty one."""

    kind: str = ""
    after: str = ""
    group: str = ""
    group_form: RecordForm | None = None
    compose: str = ""
    compose_form: Form | None = None
    activity_id: int | None = None
    activity_form: Form | None = None

    @classmethod
    def of(cls, request: AccountRequest) -> PageState:
        """What the address says; nonsense opens nothing."""
        get = request.GET
        kind, activity = get.get("kind", ""), get.get("activity", "")
        is_number = activity.isascii() and activity.isdigit() and len(activity) < NUMBER_DIGITS_MOST
        return cls(
            kind=kind if kind in TIMELINE_KINDS else "",
            after=get.get("after", ""),
            group=get.get("edit", ""),
            compose=get.get("compose", ""),
            activity_id=int(activity) if is_number else None,
        )

    def address(self, **more: str) -> str:
        """The same list of the timeline with something else open."""
        query = {"kind": self.kind, "after": self.after, **more}
        return "?" + urlencode({key: value for key, value in query.items() if value})


class RecordGone(Http404):
    """The record is deleted and can be restored still: ``crm.views.gone`` says so."""

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record


def record_or_404(account_id: int, objects: ObjectInfo, record_id: int, *, archived: bool = False) -> Record:
    """The record, or the one that it was merged into. A deleted one only when ``archived``: else RecordGone."""
    found = record_get(account_id=account_id, record_id=record_id, object_type=objects.type, archived=True)
    if found is None:
        raise Http404
    if found.archived_at is not None and not archived:
        raise RecordGone(found)
    return found


def page_show(request: AccountRequest, found: Record, state: PageState, *, status: int = 200) -> HttpResponse:
    """The whole page; a cursor that leads nowhere leads to the newest."""
    try:
        timeline = timeline_page(
            account_id=found.account_id, record_id=found.pk, kind=state.kind, after=state.after or None
        )
    except BadCursor:
        return redirect(record_url(found))
    every = definitions_list(account_id=found.account_id, object_type=found.object_type, archived=True)
    definitions = [definition for definition in every if definition.archived_at is None]
    owners = owners_list(account_id=found.account_id)
    context = {
        **head(found),
        "groups": _groups(found, state, definitions, owners),
        "composers": _composers(found, state),
        "composer": _composer(request, found, state, owners),
        "linked": link_groups(found),
        **_timeline(request, found, state, timeline, every, owners),
    }
    if _is_contact(found):
        context["consents"] = consent_state(account_id=found.account_id, record_id=found.pk)
    return render(request, "crm/record.html", context, status=status)


def head(found: Record) -> dict[str, Any]:
    """What every page about one record begins with."""
    return {
        "record": found,
        "title": record_title(found),
        "kind_label": ObjectType(found.object_type).label,
        "icon": record_icon(found.object_type),
        "is_contact": _is_contact(found),
        "crumbs": [(plural_label(found.object_type), objects_url(found.account_id, found.object_type))],
        "url": record_url(found),
    }


def composers_of(object_type: str) -> list[Composer]:
    """What can be logged on a record of this kind, in order."""
    found = [c for c in COMPOSERS.values() if _is_offered(c, object_type)]
    return sorted(found, key=lambda composer: composer.order)


def activity_note(activity: Record) -> str:
    """What changing or deleting it does beside that."""
    note = ACTIVITY_NOTES.get(activity.object_type)
    return note(activity) if note else ""


def _is_offered(composer: Composer, object_type: str) -> bool:
    if composer.object_types:
        return object_type in composer.object_types
    return composer.key not in ObjectType.values or bool(unlabelled(composer.key, object_type))


def _groups(
    found: Record, state: PageState, definitions: list[PropertyDefinition], owners: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """The cards on the left; the one that is being edited has its form."""
    shown = groups_shown(found, definitions, dict(owners))
    home = next((d.group.name for d in definitions if d.name == "email"), "") if _is_contact(found) else ""
    for group in shown:
        if group.name == home:
            _further_put(found, group)
    form = state.group_form
    if form is None and state.group:
        chosen = [d for d in definitions if d.group.name == state.group]
        form = RecordForm(definitions=chosen, owners=owners, properties=found.properties)
    return [
        {
            "group": group,
            "addresses_url": f"{record_url(found)}emails/" if group.name == home else "",
            "form": form if form is not None and form.fields and group.name == state.group else None,
            "edit_url": state.address(edit=group.name) if group.editable else "",
            "close_url": state.address() if state.kind or state.after else record_url(found),
        }
        for group in shown
    ]


def _is_contact(found: Record) -> bool:
    return found.object_type == ObjectType.CONTACT


def _further_put(found: Record, group: ShownGroup) -> None:
    """The addresses of a contact beside the main one, after it."""
    addresses = addresses_list(account_id=found.account_id, record_id=found.pk)
    label = _("Further email address")
    rows = [Shown("", label, a.value, link=f"mailto:{a.value}") for a in addresses if not a.is_primary]
    at = next((n for n, row in enumerate(group.rows, 1) if row.name == "email"), len(group.rows))
    group.rows[at:at] = rows


def _composers(found: Record, state: PageState) -> list[dict[str, Any]]:
    return [
        {"composer": c, "url": state.address(compose=c.key), "active": c.key == state.compose}
        for c in composers_of(found.object_type)
    ]


def _composer(
    request: AccountRequest, found: Record, state: PageState, owners: list[tuple[str, str]]
) -> dict[str, Any] | None:
    """The open composer with its form."""
    known = COMPOSERS.get(state.compose)
    if known is None or known not in composers_of(found.object_type):
        return None
    form = state.compose_form or known.form(None, record=found, owners=owners, user_id=str(request.user.pk))
    return {"composer": known, "form": form, "close_url": state.address() if state.kind else record_url(found)}


def _timeline(
    request: AccountRequest,
    found: Record,
    state: PageState,
    timeline: TimelinePage,
    definitions: list[PropertyDefinition],
    owners: list[tuple[str, str]],
) -> dict[str, Any]:
    known, names = {d.name: d for d in definitions}, dict(owners)
    rows = [timeline_row(item, known, names, found) for item in timeline.items]
    for row in rows:
        if row["activity"] is None:
            continue
        base = f"{record_url(found)}activities/{row['activity'].pk}/"
        row |= {"edit_url": state.address(activity=str(row["activity"].pk)), "delete_url": f"{base}delete/"}
        if row["activity"].object_type == ObjectType.TASK:
            row["done_url"] = f"{base}done/"
            row["is_done"] = row["activity"].properties.get("hs_task_status") == DONE
        if row["activity"].pk == state.activity_id and (composer := COMPOSERS.get(row["activity"].object_type)):
            properties = row["activity"].properties
            row["form"] = state.activity_form or composer.form(
                None, record=found, owners=owners, user_id=str(request.user.pk), properties=properties
            )
            row["note"] = activity_note(row["activity"])
            row["close_url"] = state.address() if state.kind or state.after else record_url(found)
    first = PageState(kind=state.kind)
    may_log = {c.key for c in composers_of(found.object_type)}
    return {
        "items": rows,
        "kind": state.kind,
        "tabs": filter_tabs(found, state.kind),
        "older_url": first.address(after=timeline.next_after) if timeline.next_after else "",
        "newest_url": (first.address() if state.kind else record_url(found)) if state.after else "",
        "next_step": _next_step(state, may_log),
    }


def _next_step(state: PageState, may_log: set[str]) -> dict[str, Any] | None:
    """What an empty timeline leads to."""
    key = state.kind if state.kind != PROPERTY_CHANGE else ""
    wanted = key or "note"
    if wanted not in may_log:
        return None
    return {"composer": COMPOSERS[wanted], "url": state.address(compose=wanted)}
