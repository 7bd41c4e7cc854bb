"""A member's folders of scheduling pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.web import AccountRequest, account_view
from calendars.exceptions import FolderNameTaken
from calendars.forms.folders import FolderForm
from calendars.models import PageFolder, SchedulingPage
from calendars.selectors.pages import folders_of
from calendars.services import folders as services


def folder_tabs(
    account_id: int, folders: Sequence[PageFolder], pages: Sequence[SchedulingPage], chosen: PageFolder | None
) -> list[dict[str, Any]]:
    """For components/tabs.html; none while there is no folder."""
    if not folders:
        return []
    url, counts = reverse("calendars:pages", args=[account_id]), Counter(page.folder_id for page in pages)
    every = {"label": _("All pages"), "url": url, "active": chosen is None, "count": len(pages)}
    return [
        every,
        *(
            {"label": item.name, "url": f"{url}?folder={item.pk}", "active": item == chosen, "count": counts[item.pk]}
            for item in folders
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def folder_create(request: AccountRequest, account_id: int) -> HttpResponse:
    """A new folder."""
    form = FolderForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            made = services.folder_create(actor=request.actor, account=request.account, owner=request.user, name=name)
        except FolderNameTaken:
            form.name_taken()
        else:
            return _to_folder(account_id, made.pk)
    return _show(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def folder_edit(request: AccountRequest, account_id: int, folder_id: int) -> HttpResponse:
    """Another name, or the way to delete it."""
    folder = _get(request, account_id, folder_id)
    form = FolderForm(request.POST if request.method == "POST" else None, initial={"name": folder.name})
    if form.is_valid():
        try:
            services.folder_rename(actor=request.actor, folder=folder, name=form.cleaned_data["name"])
        except FolderNameTaken:
            form.name_taken()
        else:
            messages.success(request, _("Saved."))
            return _to_folder(account_id, folder.pk)
    return _show(request, form, _get(request, account_id, folder_id))


@account_view()
@require_POST
def folder_delete(request: AccountRequest, account_id: int, folder_id: int) -> HttpResponse:
    """Take a folder away; its pages stay."""
    folder = _get(request, account_id, folder_id)
    services.folder_delete(actor=request.actor, folder=folder)
    messages.success(request, _("The folder “%(name)s” is deleted. Its pages stay.") % {"name": folder.name})
    return redirect("calendars:pages", account_id)


def _show(request: AccountRequest, form: FolderForm, folder: PageFolder | None) -> HttpResponse:
    context = {"form": form, "folder": folder}
    return render(request, "calendars/pages/folder.html", context, status=422 if form.errors else 200)


def _to_folder(account_id: int, folder_id: int) -> HttpResponse:
    return redirect(f"{reverse('calendars:pages', args=[account_id])}?folder={folder_id}")


def _get(request: AccountRequest, account_id: int, folder_id: int) -> PageFolder:
    folder = folders_of(account_id=account_id, user_id=request.user.pk).filter(pk=folder_id).first()
    if folder is None:
        raise Http404
    return folder
