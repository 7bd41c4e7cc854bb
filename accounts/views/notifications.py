"""The bell, what is under it, and Settings → Notifications (A7)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.notification_selectors import (
    KindChoice,
    notification_choices,
    notifications_of,
    notifications_page,
    notifications_unread,
)
from accounts.registries import NOTIFICATION_KINDS
from accounts.services.notification_inbox import (
    notification_choices_set,
    notification_read,
    notifications_read_all,
)
from accounts.web import AccountRequest, account_view
from hubclone.lib.paging import BadCursor


@never_cache
@require_safe
@account_view()
def notifications(request: AccountRequest, account_id: int) -> HttpResponse:
    """What this person was told: what is unread, or with ``?show=all`` everything."""
    unread = request.GET.get("show") != "all"
    after = request.GET.get("after")
    try:
        page = notifications_page(account_id=account_id, user_id=request.user.pk, unread=unread, after=after)
    except BadCursor:
        return redirect("accounts:notifications", account_id)
    here = reverse("accounts:notifications", args=[account_id])
    show = "" if unread else "show=all&"
    context = {
        "rows": [(item, NOTIFICATION_KINDS.get(item.kind)) for item in page.items],
        "unread": unread,
        "next_url": f"?{show}after={page.next_after}" if page.next_after else "",
        "first_url": here if unread else f"{here}?show=all",
        "is_first": after is None,
        "tabs": [
            {"label": _("Unread"), "url": here, "active": unread},
            {"label": _("All"), "url": f"{here}?show=all", "active": not unread},
        ],
    }
    return render(request, "accounts/notifications.html", context)


@never_cache
@require_safe
@account_view()
def bell(request: AccountRequest, account_id: int) -> HttpResponse:
    """The bell's link; nothing where it still shows ``?known=``, so that nothing is announced."""
    count = notifications_unread(account_id=account_id, user_id=request.user.pk)
    if request.GET.get("known") == str(count):
        return HttpResponse(status=204)
    return render(request, "layouts/_bell_link.html", {"bell_unread": count})


@never_cache
@require_safe
@account_view()
def notification_open(request: AccountRequest, account_id: int, notification_id: int) -> HttpResponseBase:
    """Mark one as read and go to the page that it leads to."""
    mine = notifications_of(account_id=account_id, user_id=request.user.pk)
    told = get_object_or_404(mine, pk=notification_id)
    if request.method == "GET":
        notification_read(notification=told)
    ours = told.url and url_has_allowed_host_and_scheme(told.url, None)
    return redirect(told.url if ours else reverse("accounts:notifications", args=[account_id]))


@account_view()
@require_POST
def notification_mark(request: AccountRequest, account_id: int, notification_id: int) -> HttpResponseBase:
    """Mark one as read and stay."""
    mine = notifications_of(account_id=account_id, user_id=request.user.pk)
    notification_read(notification=get_object_or_404(mine, pk=notification_id))
    return redirect("accounts:notifications", account_id)


@account_view()
@require_POST
def notifications_mark_all(request: AccountRequest, account_id: int) -> HttpResponseBase:
    """Mark all as read."""
    notifications_read_all(account_id=account_id, user_id=request.user.pk)
    return redirect("accounts:notifications", account_id)


class ChoicesForm(forms.Form):
    """Two toggles for each kind: ``app:<kind>`` and ``email:<kind>``."""

    def __init__(self, data: object, *, choices: list[KindChoice]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.choices = choices
        for choice in choices:
            self.fields[f"app:{choice.kind.key}"] = _toggle(gettext_lazy("In the app"), choice.in_app)
            self.fields[f"email:{choice.kind.key}"] = _toggle(gettext_lazy("By email"), choice.by_email)

    @property
    def rows(self) -> list[tuple[KindChoice, forms.BoundField, forms.BoundField]]:
        """Each kind with its two toggles."""
        return [(one, self[f"app:{one.kind.key}"], self[f"email:{one.kind.key}"]) for one in self.choices]

    @property
    def chosen(self) -> dict[str, tuple[bool, bool]]:
        """Kind → (in the app, by email), of a valid form."""
        keys = [choice.kind.key for choice in self.choices]
        return {key: (self.cleaned_data[f"app:{key}"], self.cleaned_data[f"email:{key}"]) for key in keys}


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def notification_settings(request: AccountRequest, account_id: int) -> HttpResponse:
    """Where one wants to be told what, in this account."""
    form = ChoicesForm(request.POST if request.method == "POST" else None, choices=_choices(request))
    if request.method == "POST" and form.is_valid():
        notification_choices_set(actor=request.actor, membership=request.membership, chosen=form.chosen)
        messages.success(request, _("Your choices are saved."))
        return redirect("accounts:notification_settings", account_id)
    return render(request, "accounts/notification_settings.html", {"form": form})


def _choices(request: AccountRequest) -> list[KindChoice]:
    return notification_choices(membership=request.membership)


def _toggle(label: object, initial: bool) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, initial=initial)  # type: ignore[arg-type]
