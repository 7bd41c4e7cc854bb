"""How a page of an account is reached: signed in, a member, with the right that it needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.actor import Actor
from accounts.choices import ActorKind, Right
from accounts.exceptions import RightMissing
from accounts.models import Account, Membership, User
from accounts.services.people import user_last_account_set

LAST_ACCOUNT_SESSION_KEY = "account_id"
ACCOUNT_ID_DIGITS_MOST = 18
_ACCOUNT_PATH = re.compile(r"/app/([0-9]+)/")
P = ParamSpec("P")


class AccountRequest(HttpRequest):
    """What a view behind ``account_view`` gets."""

    user: User
    account: Account
    membership: Membership
    actor: Actor


View = Callable[Concatenate[AccountRequest, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def account_view(right: Right | None = None) -> Callable[[View[P]], Guarded[P]]:
    """Guard a view under ``/app/<int:account_id>/…``, which still gets ``account_id`` as its route says.

    Nobody signed in: to sign-in and back. Not a member: 404, as if the account were not there. Without ``right``: a
    403 page that names it. A service that finds the right, or the membership, gone meanwhile is answered likewise.
    Times are shown in the person's own zone. Whoever opens an address that only takes what a form sends (after signing
    in anew, or by reloading an answer) comes to the page above it.
    """

    def decorate(view: View[P]) -> Guarded[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            membership = _membership(request.user, int(str(kwargs["account_id"])))
            entered = _enter(request, request.user, membership)
            if right is not None and not membership.has_right(right):
                return forbidden(entered, right)
            try:
                with timezone.override(request.user.time_zone):
                    response = view(entered, *args, **kwargs)
            except RightMissing as error:
                _leave(entered)
                entered = _enter(request, request.user, _membership(request.user, membership.account_id))
                return forbidden(entered, error.right)
            if response.status_code == 405 and request.method in ("GET", "HEAD"):
                return redirect(_page_above(request.path))
            if response.status_code < 400:
                _remember(entered)
            return response

        guarded.account_right = right  # type: ignore[attr-defined]
        return guarded

    return decorate


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back here afterwards; htmx is told to move the whole page."""
    htmx = HtmxDetails(request)
    if htmx:
        return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or resolve_url("home")).url)
    return redirect_to_login(request.get_full_path())


def forbidden(request: AccountRequest, right: Right) -> HttpResponse:
    """The page that says which right is missing and who can give it."""
    admins = Membership.objects.filter(account=request.account, rights__contains=[Right.SUPER_ADMIN])
    people = [m.user for m in admins.select_related("user").order_by("id")[:5]]
    context = {"layout": shell_layout(request), "right": right, "admins": people}
    return render(request, "accounts/forbidden.html", context, status=403)


def not_found(request: HttpRequest) -> HttpResponse | None:
    """The 404 page in the app's shell for a member of the account that the address names; None for anybody else."""
    if not hasattr(request, "membership") and not _enter_named_account(request):
        return None
    account_id = request.membership.account_id  # type: ignore[attr-defined]
    context = {"layout": shell_layout(request), "start_url": reverse("accounts:start", args=[account_id])}
    return render(request, "accounts/not_found.html", context, status=404)


def shell_layout(request: HttpRequest) -> str:
    """The layout of the app's part that the address lies in: errors keep the menu of the settings."""
    in_settings = request.path.startswith(reverse("accounts:settings", args=[request.membership.account_id]))  # type: ignore[attr-defined]
    return "layouts/settings.html" if in_settings else "layouts/app.html"


def request_ip(request: HttpRequest) -> str | None:
    """The client's address as the server in front of us reports it."""
    return request.META.get("REMOTE_ADDR") or None


def user_actor(request: HttpRequest, user: User, account_id: int) -> Actor:
    """The actor of what this person does in an account."""
    return Actor(account_id, ActorKind.USER, str(user.pk), str(user), request_ip(request))


def _page_above(path: str) -> str:
    """The nearest address above that there is; the account's own start at the latest."""
    while path != "/":
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
        with suppress(Resolver404):
            resolve(path)
            return path
    return path


def _enter_named_account(request: HttpRequest) -> bool:
    """For addresses that no view of the account answers."""
    named = _ACCOUNT_PATH.match(request.path_info)
    user = getattr(request, "user", None)
    if named is None or not isinstance(user, User) or len(named[1]) > ACCOUNT_ID_DIGITS_MOST:
        return False
    found = Membership.objects.select_related("account").filter(user=user, account_id=int(named[1])).first()
    if found is not None:
        _enter(request, user, found)
    return found is not None


def _membership(user: User, account_id: int) -> Membership:
    found = Membership.objects.select_related("account").filter(user=user, account_id=account_id).first()
    if found is None:
        raise Http404
    found.user = user
    return found


def _enter(request: HttpRequest, user: User, membership: Membership) -> AccountRequest:
    request.account = membership.account  # type: ignore[attr-defined]
    request.membership = membership  # type: ignore[attr-defined]
    request.actor = user_actor(request, user, membership.account_id)  # type: ignore[attr-defined]
    return request  # type: ignore[return-value]


def _leave(request: AccountRequest) -> None:
    """Forget whose account it was; a 404 page then tells nothing of it."""
    del request.account, request.membership, request.actor


def _remember(request: AccountRequest) -> None:
    """The account that is open is the one that home and the next sign-in lead to; a refusal changes nothing."""
    account_id = request.membership.account_id
    if request.session.get(LAST_ACCOUNT_SESSION_KEY) != account_id:
        request.session[LAST_ACCOUNT_SESSION_KEY] = account_id
    if request.user.last_account_id != account_id:
        user_last_account_set(user=request.user, account_id=account_id)
