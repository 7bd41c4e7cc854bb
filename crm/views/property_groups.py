"""Settings → Objects → Groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import Right
from accounts.web import AccountRequest, account_view
from crm.choices import ObjectType
from crm.labels import built_in_group_label, group_label, label_typed
from crm.models import PropertyGroup
from crm.objects import OBJECTS, object_find
from crm.presentation import plural_label
from crm.selectors.definitions import groups_list
from crm.services.property_groups import (
    LABEL_LENGTH_MOST,
    GroupRefused,
    group_create,
    group_delete,
    group_move,
    group_rename,
)
from crm.settings_forms import BUILT_IN_HELP, object_choices

_EDIT = Right.EDIT_ACCOUNT_SETTINGS


class GroupForm(forms.Form):
    """A group's label."""

    label = forms.CharField(label=gettext_lazy("Label"), max_length=LABEL_LENGTH_MOST)

    def __init__(self, data: Any = None, *, built_in: str = "", initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.built_in = built_in
        if built_in:
            self.fields["label"].required = False
            self.fields["label"].help_text = BUILT_IN_HELP

    def label_kept(self) -> str:
        """What the group is to be called. The form must be valid."""
        return label_typed(self.cleaned_data["label"], self.built_in)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def property_groups(request: AccountRequest, account_id: int) -> HttpResponse:
    """The groups of one kind of record (``?object=``) in their order, and a new one."""
    info = object_find(request.GET.get("object", "")) or OBJECTS[ObjectType.CONTACT]
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group_create(actor=request.actor, object_type=info.type, label=form.cleaned_data["label"])
        except GroupRefused as error:
            form.add_error("label", str(error))
        else:
            messages.success(request, _("The group is made."))
            return redirect(_back(account_id, info.type))
    groups = groups_list(account_id=account_id, object_type=info.type)
    context = {
        "groups": [(group, group_label(group)) for group in groups],
        "objects": object_choices(),
        "object": info.plural,
        "kinds": plural_label(info.type),
        "form": form,
    }
    return render(request, "crm/settings/groups.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def property_group_edit(request: AccountRequest, account_id: int, group_id: int) -> HttpResponse:
    """Another label."""
    group = _get(account_id, group_id)
    form = GroupForm(request.POST or None, built_in=built_in_group_label(group), initial={"label": group_label(group)})
    if request.method == "POST" and form.is_valid():
        try:
            group_rename(actor=request.actor, group_id=group.pk, label=form.label_kept())
        except GroupRefused as error:
            form.add_error("label", str(error))
        else:
            messages.success(request, _("The group has a new label."))
            return redirect(_back(account_id, group.object_type))
    back = _back(account_id, group.object_type)
    context = {"form": form, "title": group_label(group), "back": back, "crumbs": [(_("Groups"), back)]}
    return render(request, "crm/settings/small_form.html", context, status=422 if form.is_bound else 200)


@account_view(_EDIT)
@require_POST
def property_group_move(request: AccountRequest, account_id: int, group_id: int) -> HttpResponse:
    """One place up or down."""
    group = _get(account_id, group_id)
    group_move(actor=request.actor, group_id=group.pk, up=request.POST.get("to") == "up")
    return redirect(_back(account_id, group.object_type))


@account_view(_EDIT)
@require_POST
def property_group_delete(request: AccountRequest, account_id: int, group_id: int) -> HttpResponse:
    """An empty group."""
    group = _get(account_id, group_id)
    try:
        group_delete(actor=request.actor, group_id=group.pk)
    except GroupRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The group is deleted."))
    return redirect(_back(account_id, group.object_type))


def _get(account_id: int, group_id: int) -> PropertyGroup:
    found = PropertyGroup.objects.filter(account_id=account_id, pk=group_id).first()
    if found is None:
        raise Http404
    return found


def _back(account_id: int, object_type: str) -> str:
    return f"{reverse('crm:property_groups', args=[account_id])}?object={OBJECTS[object_type].plural}"
