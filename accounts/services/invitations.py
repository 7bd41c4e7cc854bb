"""Invitations into an account (A2): sent, sent again, withdrawn and accepted."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actor import Actor
from accounts.choices import ActorKind, Right, SeatKind, Tier
from accounts.exceptions import AlreadyMember, InvitationOpen, InvitationState
from accounts.models import Account, Invitation, Membership, User
from accounts.selectors import person_of
from accounts.services.accounts import account_lock, rights_ordered, seat_check, super_admin_check
from accounts.services.audit import audit_write
from accounts.services.mail import email_enqueue
from accounts.services.people import person_create
from hubclone.lib.names import link_defuse

EXPIRES_DAYS = 7


@transaction.atomic
def invitation_send(
    *,
    actor: Actor,
    account: Account,
    email: str,
    invited_by: User,
    language: str,
    rights: Iterable[Right] = (),
    seat: SeatKind = SeatKind.NONE,
    seat_tier: Tier = Tier.NONE,
) -> Invitation:
    """Ask an address into the account, by an e-mail in ``language``; one that has expired is replaced.

    Raises RightMissing, SeatInvalid, AlreadyMember, InvitationOpen.
    """
    account_lock(actor)
    super_admin_check(actor)
    seat_check(seat, seat_tier)
    email = email.strip().lower()
    if Membership.objects.filter(account=account, user=person_of(email=email)).exists():
        raise AlreadyMember
    _expired_revoke(account, email)
    invitation = Invitation(
        account=account,
        email=email,
        invited_by=invited_by,
        language=language,
        rights=rights_ordered(rights),
        seat=seat,
        seat_tier=seat_tier,
    )
    secret = _secret_new(invitation)
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as error:
        raise InvitationOpen from error
    _mail(invitation, secret)
    _audit(actor, "invitation.sent", invitation)
    return invitation


@transaction.atomic
def invitation_resend(*, actor: Actor, invitation_id: int) -> Invitation:
    """Send a new link, good for another week; the old one is void.

    Raises RightMissing, InvitationState, Invitation.DoesNotExist.
    """
    account_lock(actor)
    super_admin_check(actor)
    invitation = _standing(actor, invitation_id)
    secret = _secret_new(invitation)
    invitation.sent_at = timezone.now()
    invitation.save(update_fields=["digest", "expires_at", "sent_at"])
    _mail(invitation, secret)
    _audit(actor, "invitation.resent", invitation)
    return invitation


@transaction.atomic
def invitation_revoke(*, actor: Actor, invitation_id: int) -> Invitation:
    """Withdraw an invitation. Raises RightMissing, InvitationState, Invitation.DoesNotExist."""
    account_lock(actor)
    super_admin_check(actor)
    invitation = _standing(actor, invitation_id)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    _audit(actor, "invitation.revoked", invitation)
    return invitation


@transaction.atomic
def invitation_accept(*, invitation_id: int, user: User, ip: str | None = None) -> Membership:
    """Let the person into the account with what the invitation gives. The caller has checked that it is theirs.

    Raises InvitationState for one that no longer stands, also for the second of two at once; AlreadyMember.
    """
    invitation = _acceptable(invitation_id)
    if person_of(email=invitation.email) != user:
        raise InvitationState
    return _join(invitation, user, ip)


@transaction.atomic
def invitation_accept_new(
    *, invitation_id: int, name: str, password: str, language: str, time_zone: str, ip: str | None = None
) -> User:
    """Make the person and let them in; the link that they followed proves their address. Raises InvitationState."""
    invitation = _acceptable(invitation_id)
    try:
        with transaction.atomic():
            user = person_create(
                email=invitation.email, password=password, name=name, language=language, time_zone=time_zone
            )
    except IntegrityError as error:
        raise InvitationState from error
    _join(invitation, user, ip)
    return user


def secret_digest(secret: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _join(invitation: Invitation, user: User, ip: str | None) -> Membership:
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                account=invitation.account,
                user=user,
                rights=invitation.rights,
                seat=invitation.seat,
                seat_tier=invitation.seat_tier,
            )
    except IntegrityError as error:
        raise AlreadyMember from error
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    actor = Actor(invitation.account_id, ActorKind.USER, str(user.pk), str(user), ip)
    _audit(actor, "invitation.accepted", invitation)
    return membership


def _acceptable(invitation_id: int) -> Invitation:
    """The invitation under its lock, so that it is accepted once."""
    found = Invitation.objects.select_for_update(of=("self",)).select_related("account").filter(pk=invitation_id)
    invitation = found.filter(accepted_at=None, revoked_at=None, expires_at__gt=Now()).first()
    if invitation is None:
        raise InvitationState
    return invitation


def _standing(actor: Actor, invitation_id: int) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).select_related("account", "invited_by")
    invitation = found.get(account_id=actor.account_id, pk=invitation_id)
    if invitation.accepted_at or invitation.revoked_at:
        raise InvitationState
    return invitation


def _expired_revoke(account: Account, email: str) -> None:
    stale = Invitation.objects.filter(account=account, email=email, accepted_at=None, revoked_at=None)
    stale.filter(expires_at__lte=Now()).update(revoked_at=Now())


def _secret_new(invitation: Invitation) -> str:
    secret = secrets.token_urlsafe(32)
    invitation.digest = secret_digest(secret)
    invitation.expires_at = timezone.now() + dt.timedelta(days=EXPIRES_DAYS)
    return secret


def _mail(invitation: Invitation, secret: str) -> None:
    url = f"{settings.BASE_URL}{reverse('accounts:invitation', args=[secret])}"
    by = invitation.invited_by
    names = {"inviter": by and (link_defuse(by.name) or by.email), "account": link_defuse(invitation.account.name)}
    context = {**names, "url": url, "days": EXPIRES_DAYS}
    with translation.override(invitation.language):
        subject = render_to_string("accounts/email/invitation_subject.txt", context)
        text = render_to_string("accounts/email/invitation_message.txt", context)
    key = f"invitation:{invitation.pk}:{invitation.digest[:16]}"
    email_enqueue(account_id=invitation.account_id, key=key, to=invitation.email, subject=subject, text=text)


def _audit(actor: Actor, action: str, invitation: Invitation) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="invitation",
        target_id=invitation.pk,
        target_label=invitation.email,
        detail={"rights": invitation.rights, "seat": invitation.seat, "tier": invitation.seat_tier},
    )
