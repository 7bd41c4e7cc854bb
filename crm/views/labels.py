"""Settings → Objects → Association labels (A18)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.choices import Right
from accounts.web import AccountRequest, account_view
from crm.choices import ObjectType
from crm.models import AssociationType
from crm.selectors.definitions import labels_list
from crm.services.association_labels import (
    LabelRefused,
    association_label_create,
    association_label_delete,
    association_label_rename,
)
from crm.settings_forms import LabelForm

_EDIT = Right.EDIT_ACCOUNT_SETTINGS


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def association_labels(request: AccountRequest, account_id: int) -> HttpResponse:
    """The account's own pairs, and a new one."""
    form = LabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _create(request, form):
        return redirect("crm:association_labels", account_id)
    labels = [_row(label) for label in labels_list(account_id=account_id)]
    context = {"labels": labels, "form": form}
    return render(request, "crm/settings/labels.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def association_label_edit(request: AccountRequest, account_id: int, label_id: int) -> HttpResponse:
    """Other words for a pair."""
    label = _get(account_id, label_id)
    form = LabelForm(request.POST or None, label=label)
    if request.method == "POST" and form.is_valid():
        try:
            association_label_rename(actor=request.actor, label_id=label.pk, **form.cleaned_data)
        except LabelRefused as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The label is changed."))
            return redirect("crm:association_labels", account_id)
    back = reverse("crm:association_labels", args=[account_id])
    context = {
        "form": form,
        "title": label.label,
        "lead": _between(label),
        "back": back,
        "crumbs": [(_("Association labels"), back)],
    }
    return render(request, "crm/settings/small_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def association_label_delete_page(request: AccountRequest, account_id: int, label_id: int) -> HttpResponse:
    """Says how many links lose it, and asks."""
    label = _get(account_id, label_id)
    if request.method != "POST":
        return render(request, "crm/settings/label_delete.html", _row(label))
    try:
        association_label_delete(actor=request.actor, label_id=label.pk)
    except LabelRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The label is deleted. The links stay."))
    return redirect("crm:association_labels", account_id)


def _create(request: AccountRequest, form: LabelForm) -> bool:
    data = form.cleaned_data
    from_type, _colon, to_type = data["pair"].partition(":")
    try:
        association_label_create(
            actor=request.actor,
            from_type=from_type,
            to_type=to_type,
            label=data["label"],
            inverse_label=data["inverse_label"],
        )
    except LabelRefused as error:
        form.add_error(error.field, str(error))
        return False
    messages.success(request, _("The label is made. Links can carry it from now on."))
    return True


def _get(account_id: int, label_id: int) -> AssociationType:
    found = next((label for label in labels_list(account_id=account_id) if label.pk == label_id), None)
    if found is None:
        raise Http404
    return found


def _row(label: Any) -> dict[str, Any]:
    return {"label": label, "other": label.other, "used": label.used, "between": _between(label)}


def _between(label: AssociationType) -> str:
    return f"{ObjectType(label.from_type).label} – {ObjectType(label.to_type).label}"
