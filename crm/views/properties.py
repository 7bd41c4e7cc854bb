"""Settings → Objects → Properties."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import Right
from accounts.web import AccountRequest, account_view
from crm.choices import ObjectType, PropertyType
from crm.exceptions import InvalidProperty, RecordError
from crm.labels import built_in_label, group_label, label_of, label_typed
from crm.models import PropertyDefinition
from crm.objects import OBJECTS, ObjectInfo, object_find
from crm.presentation import plural_label, value_shown
from crm.selectors import owners_list
from crm.selectors.definitions import Misfits, definitions_found, groups_list, misfits_find
from crm.services.definition_changes import DefinitionChange, ValuesWouldBeLost, definition_update
from crm.services.definitions import LISTS, definition_archive, definition_create, definition_restore
from crm.settings_forms import OptionRows, PropertyForm, kind_of, kind_words, object_choices, wish_of
from hubclone.lib.text import fold

_EDIT = Right.EDIT_ACCOUNT_SETTINGS


@require_safe
@account_view(_EDIT)
def properties(request: AccountRequest, account_id: int) -> HttpResponse:
    """One kind of record's properties; ``?object=``, ``?q=``, ``?archived=1``."""
    info = _info(request)
    q, archived = request.GET.get("q", "")[:200], bool(request.GET.get("archived"))
    found = definitions_found(account_id=account_id, object_type=info.type, archived=archived)
    context = {
        "rows": [row for row in map(_row, found) if _fits(row, fold(q))],
        "objects": object_choices(),
        "object": info.plural,
        "kinds": plural_label(info.type),
        "q": q,
        "archived": archived,
        "has_archived": archived
        or definitions_found(account_id=account_id, object_type=info.type, archived=True).exists(),
    }
    return render(request, "crm/settings/properties.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def property_create(request: AccountRequest, account_id: int, objects: ObjectInfo) -> HttpResponse:
    """A new one; the buttons of the options change what is shown and save nothing."""
    groups = groups_list(account_id=account_id, object_type=objects.type)
    form = PropertyForm(request.POST or None, groups=groups)
    options = OptionRows.posted(request.POST)
    if wish := wish_of(request.POST):
        options.act(wish)
    elif request.method == "POST" and form.is_valid() and _create(request, objects, form, options):
        return redirect(_back(account_id, objects.type))
    context = {"form": form, **_options(options), "info": objects, **_head(account_id, objects.type)}
    return render(request, "crm/settings/property.html", context, status=422 if _is_wrong(request, form) else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def property_edit(request: AccountRequest, account_id: int, definition_id: int) -> HttpResponse:
    """Change one. Where its kind or options change, the page says first what becomes of the values that are there."""
    definition = _get(account_id, definition_id)
    groups = groups_list(account_id=account_id, object_type=definition.object_type)
    form = PropertyForm(request.POST or None, groups=groups, definition=definition)
    posted = request.method == "POST"
    options = OptionRows.posted(request.POST, definition) if posted else OptionRows.kept(definition)
    misfits = None
    if wish := wish_of(request.POST):
        options.act(wish)
    elif posted and form.is_valid():
        change = _change(definition, form, options)
        misfits = _preview(request, definition, change)
        if misfits is None:
            misfits = _update(request, definition, form, change)
        if misfits is None and not form.errors:
            return redirect(_back(account_id, definition.object_type))
    context = {
        "form": form,
        "definition": definition,
        "label": label_of(definition),
        "kind": kind_words(definition),
        "is_list": definition.type in LISTS,
        **_options(options),
        "misfits": misfits,
        "examples": _examples(definition, misfits),
        **_head(account_id, definition.object_type),
    }
    return render(request, "crm/settings/property.html", context, status=422 if _is_wrong(request, form) else 200)


@account_view(_EDIT)
@require_POST
def property_archive(request: AccountRequest, account_id: int, definition_id: int) -> HttpResponse:
    """Take it out of use; its values stay."""
    definition = _get(account_id, definition_id)
    try:
        definition_archive(actor=request.actor, object_type=definition.object_type, name=definition.name)
    except InvalidProperty:
        messages.error(request, _("A built-in property cannot be archived."))
    else:
        messages.success(request, _("The property is archived. Its values are kept."))
    return redirect(_back(account_id, definition.object_type))


@account_view(_EDIT)
@require_POST
def property_restore(request: AccountRequest, account_id: int, definition_id: int) -> HttpResponse:
    """Bring an archived one back with its values."""
    definition = PropertyDefinition.objects.filter(account_id=account_id, pk=definition_id).first()
    if definition is None:
        raise Http404
    try:
        definition_restore(actor=request.actor, object_type=definition.object_type, name=definition.name)
    except InvalidProperty:
        messages.error(request, _("This property is not archived."))
    else:
        messages.success(request, _("The property is back, with the values that it had."))
    return redirect(_back(account_id, definition.object_type))


def _create(request: AccountRequest, objects: ObjectInfo, form: PropertyForm, options: OptionRows) -> bool:
    data = form.cleaned_data
    type_, _colon, field_type = data["kind"].partition(":")
    group = next(
        g for g in groups_list(account_id=request.account.pk, object_type=objects.type) if g.pk == data["group"]
    )
    try:
        definition_create(
            actor=request.actor,
            object_type=objects.type,
            group_name=group.name,
            name=data["name"],
            label=data["label"],
            type=PropertyType(type_),
            field_type=field_type,
            options=options.options(type_),
            description=data["description"],
        )
    except InvalidProperty as error:
        _show(form, error)
        return False
    messages.success(request, _("The property is made. It is on the records' pages and forms."))
    return True


def _change(definition: PropertyDefinition, form: PropertyForm, options: OptionRows) -> DefinitionChange:
    data = form.cleaned_data
    type_, field_type = definition.type, definition.field_type
    if "kind" in data and data["kind"] != kind_of(definition):
        type_, _colon, field_type = data["kind"].partition(":")
    return DefinitionChange(
        label=label_typed(data["label"], built_in_label(definition)),
        group_id=data["group"],
        type=type_,
        field_type=field_type,
        description=data["description"],
        options=options.options(type_),
    )


def _preview(request: AccountRequest, definition: PropertyDefinition, change: DefinitionChange) -> Misfits | None:
    """What a change of the kind does to the values, unless the person has seen it."""
    if change.type == definition.type or "agreed" in request.POST:
        return None
    found = _misfits(definition, change)
    return found if found.total else None


def _update(
    request: AccountRequest, definition: PropertyDefinition, form: PropertyForm, change: DefinitionChange
) -> Misfits | None:
    """Save it; what would be lost beyond what was agreed to, or None with any other reason on the form."""
    agreed = request.POST.get("agreed", "")
    most = int(agreed) if agreed.isascii() and agreed.isdigit() and len(agreed) < 10 else 0
    try:
        definition_update(actor=request.actor, definition_id=definition.pk, change=change, lost_most=most)
    except ValuesWouldBeLost:
        return _misfits(definition, change)
    except InvalidProperty as error:
        _show(form, error)
    except RecordError:
        form.add_error(None, _("This property was archived meanwhile."))
    else:
        messages.success(request, _("The property is changed."))
    return None


def _misfits(definition: PropertyDefinition, change: DefinitionChange) -> Misfits:
    return misfits_find(
        account_id=definition.account_id,
        object_type=definition.object_type,
        wanted=change.wanted(definition.name),
    )


def _examples(definition: PropertyDefinition, misfits: Misfits | None) -> list[Any]:
    if misfits is None:
        return []
    owners = dict(owners_list(account_id=definition.account_id))
    return [value_shown(definition, value, owners) for value in misfits.examples]


def _show(form: PropertyForm, error: InvalidProperty) -> None:
    form.add_error(error.name if error.name in form.fields else None, error.reason)


def _options(options: OptionRows) -> dict[str, Any]:
    shown = options.shown()
    return {
        "options": shown,
        "is_long": options.is_long,
        "sought": options.sought,
        "is_missed": bool(options.sought) and not any(row["open"] for row in shown),
    }


def _is_wrong(request: AccountRequest, form: PropertyForm) -> bool:
    return request.method == "POST" and not wish_of(request.POST) and bool(form.errors)


def _get(account_id: int, definition_id: int) -> PropertyDefinition:
    found = PropertyDefinition.objects.filter(account_id=account_id, pk=definition_id, archived_at=None).first()
    if found is None:
        raise Http404
    return found


def _info(request: AccountRequest) -> ObjectInfo:
    return object_find(request.GET.get("object", "")) or OBJECTS[ObjectType.CONTACT]


def _back(account_id: int, object_type: str) -> str:
    return f"{reverse('crm:properties', args=[account_id])}?object={OBJECTS[object_type].plural}"


def _head(account_id: int, object_type: str) -> dict[str, Any]:
    back = _back(account_id, object_type)
    return {"back": back, "crumbs": [(_("Properties"), back)], "kinds": plural_label(object_type)}


def _fits(row: dict[str, Any], folded: str) -> bool:
    """Whether the words are a part of the name, or of the label as it is shown."""
    return folded in fold(row["label"]) or folded in row["definition"].name


def _row(definition: PropertyDefinition) -> dict[str, Any]:
    return {
        "definition": definition,
        "label": label_of(definition),
        "group": group_label(definition.group),
        "kind": kind_words(definition),
    }
