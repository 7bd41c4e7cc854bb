"""A member's own scheduling pages: the list and the editor."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web import AccountRequest, account_view
from calendars.choices import LocationKind, PageKind, PageState
from calendars.exceptions import PathTaken
from calendars.forms.delays import UNITS
from calendars.forms.hosts import hosts_typed
from calendars.forms.page import ROLLING, ROLLING_DAYS_USUAL, PageForm
from calendars.models import SchedulingPage
from calendars.models.page import default_durations, default_weekly_hours
from calendars.selectors.accounts import calendar_account_of
from calendars.selectors.calls import calls_made
from calendars.selectors.links import link_base, page_url, page_urls
from calendars.selectors.logos import ShownLogo, logo_by, logo_of_page
from calendars.selectors.meeting_settings import url_part_of
from calendars.selectors.pages import folders_of, page_of, pages_hosted, pages_of, slug_free
from calendars.services.logos import logo_keep
from calendars.services.page_hosts import page_leave as leave
from calendars.services.pages import page_create as create
from calendars.services.pages import page_delete as delete
from calendars.services.pages import page_state_set, page_update
from calendars.tabs import PAGES, meeting_tabs
from calendars.tokens import PAGE_TOKENS, tokens_known
from calendars.views.folders import folder_tabs
from calendars.views.page_preview import preview_of
from calendars.views.page_steps import is_step as step_pressed
from calendars.views.page_steps import steps_of, typed_after_step
from calendars.words import duration_words
from calendars.zones import zone_or
from hubclone.lib.text import slugify


@require_safe
@account_view()
def pages(request: AccountRequest, account_id: int) -> HttpResponse:
    """The list, with the way to a first page and to a connected calendar."""
    found = list(pages_of(account_id=account_id, user_id=request.user.pk))
    folders = list(folders_of(account_id=account_id, user_id=request.user.pk))
    folder = next((item for item in folders if str(item.pk) == request.GET.get("folder")), None)
    urls = page_urls(found)
    context = {
        "rows": [_row(page, urls[page.pk]) for page in found if folder is None or page.folder_id == folder.pk],
        "has_pages": bool(found),
        "folder": folder,
        "tabs": meeting_tabs(account_id=account_id, user_id=request.user.pk, shown=PAGES),
        "folders": folder_tabs(account_id, folders, found, folder),
        "calendar_account": calendar_account_of(account_id=account_id, user_id=request.user.pk),
        "hosted": _hosted(request),
    }
    return render(request, "calendars/pages/list.html", context)


def _hosted(request: AccountRequest) -> list[dict[str, Any]]:
    """Colleagues' pages on which the member is a host."""
    found = list(pages_hosted(account_id=request.account.pk, user_id=request.user.pk))
    urls = page_urls(found)
    return [{"page": page, "key": str(page.pk), "url": urls[page.pk]} for page in found]


@account_view()
@require_POST
def page_leave(request: AccountRequest, account_id: int, page_id: int) -> HttpResponse:
    """Be no host of a page any more; booked meetings stay."""
    page = pages_hosted(account_id=account_id, user_id=request.user.pk).filter(pk=page_id).first()
    if page is None:
        raise Http404
    leave(actor=request.actor, page=page, user=request.user)
    messages.success(
        request, _("You have left “%(name)s”. Meetings that were booked with you stay.") % {"name": page.name}
    )
    return redirect("calendars:pages", account_id)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def page_create(request: AccountRequest, account_id: int) -> HttpResponse:
    """A new page; Save makes it."""
    if request.method != "POST":
        return _editor(request, PageForm(account_id, initial=_defaults(request)), None)
    if step := _step(request):
        return _editor(request, PageForm(account_id, initial=step), None)
    form = PageForm(account_id, owner=request.membership, data=request.POST, files=request.FILES)
    if form.is_valid():
        try:
            given = _given(request, form)
            create(actor=request.actor, account=request.account, owner=request.user, **given)
        except PathTaken as error:
            form.path_refused(error)
        else:
            messages.success(request, _("Your page is ready. Copy its link and share it."))
            return redirect("calendars:pages", account_id)
    return _editor(request, form, None, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def page_edit(request: AccountRequest, account_id: int, page_id: int) -> HttpResponse:
    """An existing page; Save changes it."""
    page = _get(request, account_id, page_id)
    if request.method != "POST":
        return _editor(request, PageForm(account_id, page), page)
    if step := _step(request):
        return _editor(request, PageForm(account_id, page, initial=step), page)
    form = PageForm(account_id, page, owner=request.membership, data=request.POST, files=request.FILES)
    if form.is_valid():
        try:
            given = _given(request, form)
            page_update(actor=request.actor, page=page, fields=given["fields"], hosts=given["hosts"])
        except PathTaken as error:
            form.path_refused(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("calendars:page_edit", account_id, page.pk)
    return _editor(request, form, page, status=422)


@account_view()
@require_POST
def page_pause(request: AccountRequest, account_id: int, page_id: int) -> HttpResponse:
    """Stop taking bookings, or take them again: ``state`` says which."""
    page = _get(request, account_id, page_id)
    state = PageState.PAUSED if request.POST.get("state") == PageState.PAUSED else PageState.ACTIVE
    page_state_set(actor=request.actor, page=page, state=state)
    is_paused = state == PageState.PAUSED
    words = _("Paused: visitors see the page and cannot book.") if is_paused else _("Visitors can book again.")
    messages.success(request, words)
    return redirect("calendars:pages", account_id)


@account_view()
@require_POST
def page_delete(request: AccountRequest, account_id: int, page_id: int) -> HttpResponse:
    """Take the page away; booked meetings stay."""
    page = _get(request, account_id, page_id)
    delete(actor=request.actor, page=page)
    messages.success(request, _("“%(name)s” is deleted. Meetings that were booked on it stay.") % {"name": page.name})
    return redirect("calendars:pages", account_id)


def _get(request: AccountRequest, account_id: int, page_id: int) -> SchedulingPage:
    try:
        return page_of(account_id=account_id, user_id=request.user.pk, page_id=page_id)
    except SchedulingPage.DoesNotExist:
        raise Http404 from None


def _row(page: SchedulingPage, url: str) -> dict[str, Any]:
    lengths = ", ".join(duration_words(minutes) for minutes in sorted(page.durations))
    return {
        "page": page,
        "key": str(page.pk),
        "url": url,
        "lengths": lengths,
        "is_paused": page.state == PageState.PAUSED,
    }


def _editor(request: AccountRequest, form: PageForm, page: SchedulingPage | None, status: int = 200) -> HttpResponse:
    base = link_base(account_id=request.account.pk, user_id=page.owner_id if page else request.user.pk)
    logo_kept = _logo_kept(request, form)
    is_step = request.method == "POST" and not form.is_bound
    typed = PageForm(request.account.pk, page, data=request.POST) if is_step else form
    calendar_account = calendar_account_of(account_id=request.account.pk, user_id=request.user.pk)
    context = {
        "form": form,
        "page": page,
        "page_base": base + reverse("calendars:public_page", args=["x"]).removesuffix("x"),
        "logo": _logo(request, logo_kept, page),
        "logo_kept": logo_kept,
        "page_url": page_url(page) if page else "",
        "focus": request.POST.get("add_window", "") if request.method == "POST" else "",
        "calendar_account": calendar_account,
        "can_call": calendar_account is not None and calls_made(calendar_account.connection.provider),
        "steps": steps_of(form),
        "tokens": _tokens(tokens_known([])),
        "tokens_lasting": _tokens(tokens_known([], lasting=True)),
        "delay_units": [(name, words) for name, (_minutes, words) in UNITS.items()],
        "preview": preview_of(request, typed, page),
        "preview_url": reverse("calendars:page_preview", args=[request.account.pk, page.pk])
        if page
        else reverse("calendars:page_preview_new", args=[request.account.pk]),
    }
    return render(request, "calendars/pages/editor.html", context, status=status)


def _tokens(known: Collection[str]) -> list[dict[str, Any]]:
    """Those of the registry that a text may hold, as they are written in it."""
    shown = [token for key, token in PAGE_TOKENS.items() if key in known]
    return [{"code": f"{{{{ {token.key} }}}}", "label": token.label} for token in shown]


def _given(request: AccountRequest, form: PageForm) -> dict[str, Any]:
    """What the form cleaned to, as the services take it."""
    fields = _fields(request, form)
    return {"kind": fields.pop("kind"), "hosts": fields.pop("hosts"), "fields": fields}


def _fields(request: AccountRequest, form: PageForm) -> dict[str, Any]:
    """What the form cleaned to, with the logo as the page keeps it when that changes."""
    fields = dict(form.cleaned_data)
    picture, kept, is_removed = (fields.pop(name) for name in ("logo", "logo_kept", "logo_remove"))
    if picture:
        fields["logo_id"] = logo_keep(actor=request.actor, picture=picture).pk
    elif is_removed:
        fields["logo_id"] = None
    elif logo := _logo(request, kept, None):
        fields["logo_id"] = logo.pk
    return fields


def _logo_kept(request: AccountRequest, form: PageForm) -> str:
    """The digest of the logo that was chosen before, or just now with something else to mend: it need not be again."""
    if form.picture:
        return logo_keep(actor=request.actor, picture=form.picture).digest
    return str(form["logo_kept"].value() or "")


def _logo(request: AccountRequest, kept: str, page: SchedulingPage | None) -> ShownLogo | None:
    if kept:
        return logo_by(account_id=request.account.pk, digest=kept)
    return logo_of_page(page) if page else None


def _defaults(request: AccountRequest) -> dict[str, Any]:
    person = url_part_of(request.membership)
    return {
        "title": _("Meeting"),
        "name": _("Meeting"),
        "slug": slug_free(f"{person}/{slugify(_('Meeting')) or 'meeting'}"),
        "location_kind": LocationKind.CONFERENCE,
        "durations": default_durations(),
        "time_zone": zone_or(request.user.time_zone, "UTC"),
        "weekly_hours": default_weekly_hours(),
        "step": 30,
        "minimum_notice": 60,
        "window_kind": ROLLING,
        "rolling_days": ROLLING_DAYS_USUAL,
        "buffer_before": 0,
        "buffer_after": 0,
        "form_fields": [],
        "kind": PageKind.PERSONAL,
        "hosts": hosts_typed({request.user.pk: 1}),
    }


def _step(request: AccountRequest) -> dict[str, Any] | None:
    """What was typed with one row more or fewer, when a button for that was pressed; nothing is saved."""
    if not step_pressed(request.POST):
        return None
    form = PageForm(request.account.pk, data=request.POST, files=request.FILES)
    return typed_after_step(request.POST) | {"logo_kept": _logo_kept(request, form)}
