"""A page as a whole: sharing it, copying it, and putting it into a folder."""

from __future__ import annotations

from html import escape
from io import BytesIO

import qrcode
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from qrcode.image.svg import SvgPathFillImage

from accounts.web import AccountRequest, account_view
from calendars.exceptions import PathOfOthers, PathTaken
from calendars.forms.folders import MoveForm
from calendars.forms.page import PATH_OF_OTHERS
from calendars.models import SchedulingPage
from calendars.selectors.links import page_embed_url, page_url
from calendars.selectors.pages import page_of
from calendars.services import folders as services

EMBED_HEIGHT = 760


@require_safe
@account_view()
def page_share(request: AccountRequest, account_id: int, page_id: int) -> HttpResponse:
    """Link, QR code and the tag that embeds the page."""
    page = _get(request, account_id, page_id)
    context = {"page": page, "url": page_url(page), "embed_code": embed_code(page)}
    return render(request, "calendars/pages/share.html", context)


@require_safe
@account_view()
def page_qr(request: AccountRequest, account_id: int, page_id: int) -> HttpResponse:
    """The page's link as a QR code, an SVG; ``?download`` saves it."""
    page, file = _get(request, account_id, page_id), BytesIO()
    qrcode.make(page_url(page), image_factory=SvgPathFillImage).save(file)
    response = HttpResponse(file.getvalue(), content_type="image/svg+xml")
    if "download" in request.GET:
        response.headers["Content-Disposition"] = f'attachment; filename="{page.slug.replace("/", "-")}.svg"'
    return response


@account_view()
@require_POST
def page_duplicate(request: AccountRequest, account_id: int, page_id: int) -> HttpResponse:
    """The same page once more, under a link of its own."""
    page = _get(request, account_id, page_id)
    try:
        copy = services.page_duplicate(actor=request.actor, page=page)
    except PathTaken as error:
        taken = _("Somebody took the link of the copy just now. Please try again.")
        messages.error(request, _(PATH_OF_OTHERS) if isinstance(error, PathOfOthers) else taken)
        return redirect("calendars:pages", account_id)
    messages.success(request, _("This is the copy. It has a link of its own and can be booked already."))
    return redirect("calendars:page_edit", account_id, copy.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def page_move(request: AccountRequest, account_id: int, page_id: int) -> HttpResponse:
    """Choose the page's folder."""
    page = _get(request, account_id, page_id)
    data = request.POST if request.method == "POST" else None
    form = MoveForm(account_id, request.user.pk, data=data, initial={"folder": page.folder_id})
    if form.is_valid():
        services.page_move(actor=request.actor, page=page, folder=form.cleaned_data["folder"])
        messages.success(request, _("Saved."))
        return redirect("calendars:pages", account_id)
    status = 422 if form.errors else 200
    return render(request, "calendars/pages/move.html", {"form": form, "page": page}, status=status)


def embed_code(page: SchedulingPage) -> str:
    """One tag for any site."""
    url, title = escape(page_embed_url(page)), escape(page.title)
    return f'<iframe src="{url}" title="{title}" width="100%" height="{EMBED_HEIGHT}" frameborder="0"></iframe>'


def _get(request: AccountRequest, account_id: int, page_id: int) -> SchedulingPage:
    try:
        return page_of(account_id=account_id, user_id=request.user.pk, page_id=page_id)
    except SchedulingPage.DoesNotExist:
        raise Http404 from None
