"""Invitations: sent under Settings → Users, and what their link opens."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import Right, SeatKind, Tier
from accounts.exceptions import AlreadyMember, InvitationOpen, InvitationState
from accounts.forms import InvitationForm, JoinForm
from accounts.models import Invitation, Membership, User
from accounts.selectors import invitation_find, person_of
from accounts.services.invitations import (
    invitation_accept,
    invitation_accept_new,
    invitation_resend,
    invitation_revoke,
    invitation_send,
    secret_digest,
)
from accounts.web import AccountRequest, account_view, request_ip
from hubclone.lib.ratelimit import limit_exceeded

INVITED_MOST, INVITED_SECONDS = 60, 3600
TO_ADDRESS_MOST, TO_ADDRESS_SECONDS = 5, 24 * 3600
"""How many invitations an account sends in an hour, and one address gets in a day, whoever invites it."""
_TOO_OFTEN = gettext_lazy("Too many invitations were sent. Please wait some hours, then try again.")


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(Right.SUPER_ADMIN)
def user_invite(request: AccountRequest, account_id: int) -> HttpResponse:
    """Ask somebody into the account."""
    start = {"language": request.account.language, "seat": SeatKind.NONE}
    form = InvitationForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid() and _send(request, form):
        return redirect("accounts:users", account_id)
    crumbs = [(_("Users"), reverse("accounts:users", args=[account_id]))]
    context = {"form": form, "crumbs": crumbs}
    return render(request, "accounts/user_invite.html", context, status=422 if form.is_bound else 200)


@account_view(Right.SUPER_ADMIN)
@require_POST
def invitation_again(request: AccountRequest, account_id: int, invitation_id: int) -> HttpResponse:
    """Send a new link; the old one is void."""
    found = get_object_or_404(Invitation, account_id=account_id, pk=invitation_id)
    if _is_too_often(request, found.email):
        messages.warning(request, _TOO_OFTEN)
        return redirect("accounts:users", account_id)
    try:
        invitation_resend(actor=request.actor, invitation_id=found.pk)
    except InvitationState as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation of %(email)s is on its way again.") % {"email": found.email})
    return redirect("accounts:users", account_id)


@account_view(Right.SUPER_ADMIN)
@require_POST
def invitation_withdraw(request: AccountRequest, account_id: int, invitation_id: int) -> HttpResponse:
    """Make the link void; the page has asked first."""
    found = get_object_or_404(Invitation, account_id=account_id, pk=invitation_id)
    try:
        invitation_revoke(actor=request.actor, invitation_id=found.pk)
    except InvitationState as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": found.email})
    return redirect("accounts:users", account_id)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponseBase:
    """What the link in the e-mail opens: one page for whoever follows it, in whatever state it is."""
    found = invitation_find(digest=secret_digest(secret))
    state = _state(request, found)
    if found is None or state not in {"join", "new"}:
        return _page(request, found, state)
    return _join(request, found) if state == "join" else _join_new(request, found)


def _state(request: HttpRequest, found: Invitation | None) -> str:
    """Which of the page's words are meant."""
    if found is None:
        return "unknown"
    user = request.user if isinstance(request.user, User) else None
    theirs = person_of(email=found.email)
    mine = user is not None and user == theirs
    if mine and Membership.objects.filter(account=found.account, user=user).exists():
        return "member"
    if found.accepted_at:
        return "used"
    if found.revoked_at:
        return "revoked"
    if found.expires_at <= timezone.now():
        return "expired"
    if user is not None:
        return "join" if mine else "somebody_else"
    return "sign_in" if theirs else "new"


def _join(request: HttpRequest, found: Invitation) -> HttpResponseBase:
    if request.method != "POST" or not isinstance(request.user, User):
        return _page(request, found, "join")
    try:
        invitation_accept(invitation_id=found.pk, user=request.user, ip=request_ip(request))
    except (InvitationState, AlreadyMember):
        found.refresh_from_db()
        return _page(request, found, _state(request, found))
    messages.success(request, _("Welcome to %(account)s.") % {"account": found.account.name})
    return redirect("accounts:start", found.account_id)


def _join_new(request: HttpRequest, found: Invitation) -> HttpResponseBase:
    form = JoinForm(request.POST or None, email=found.email)
    if request.method != "POST" or not form.is_valid():
        return _page(request, found, "new", form)
    try:
        user = invitation_accept_new(
            invitation_id=found.pk, language=get_language() or "", ip=request_ip(request), **form.cleaned_data
        )
    except InvitationState:
        found.refresh_from_db()
        return _page(request, found, _state(request, found))
    target = reverse("accounts:start", args=[found.account_id])
    with transaction.atomic():
        response: HttpResponseBase = perform_login(request, Login(user=user, redirect_url=target))
    return response


def _page(request: HttpRequest, found: Invitation | None, state: str, form: JoinForm | None = None) -> HttpResponse:
    status = {"unknown": 404, "used": 410, "revoked": 410, "expired": 410}.get(state, 200)
    context = {"invitation": found, "state": state, "form": form, "here": request.path}
    return render(request, "accounts/invitation.html", context, status=422 if form and form.is_bound else status)


def _is_too_often(request: AccountRequest, email: str) -> bool:
    """Nobody's mailbox is flooded from here, and no account sends to the whole world."""
    account_id = str(request.account.pk)
    return limit_exceeded(
        name="invitation-to", who=email.lower(), most=TO_ADDRESS_MOST, seconds=TO_ADDRESS_SECONDS
    ) or limit_exceeded(name="invitation", who=account_id, most=INVITED_MOST, seconds=INVITED_SECONDS)


def _send(request: AccountRequest, form: InvitationForm) -> bool:
    data = form.cleaned_data
    if _is_too_often(request, data["email"]):
        form.add_error(None, _TOO_OFTEN)
        return False
    try:
        sent = invitation_send(
            actor=request.actor,
            account=request.account,
            email=data["email"],
            invited_by=request.user,
            language=data["language"],
            rights=[Right(right) for right in data["rights"]],
            seat=SeatKind(data["seat"]),
            seat_tier=Tier(data["seat_tier"]),
        )
    except (AlreadyMember, InvitationOpen) as error:
        form.add_error("email", str(error))
        return False
    messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": sent.email})
    return True
