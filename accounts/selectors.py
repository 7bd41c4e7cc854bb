"""Reads of the platform."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.choices import Hub, Right, Tier
from accounts.models import AccessToken, Brand, Domain, Invitation, Membership, Subscription, User
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.models import LeasedJob
from hubclone.lib.jobs.registry import job_models

FAILED_PAGE = 50


def memberships_of(*, user: User) -> QuerySet[Membership]:
    """A person's accounts, by name."""
    return Membership.objects.filter(user=user).select_related("account").order_by(Lower("account__name"), "account_id")


def account_last(*, user: User, account_id: int | None) -> int | None:
    """The account to open: ``account_id`` if the person is still in it, the one before, or their first one."""
    ids = [membership.account_id for membership in memberships_of(user=user)]
    wanted = [account_id, user.last_account_id]
    return next((one for one in wanted if one in ids), ids[0] if ids else None)


def addresses_of(*, user: User) -> list[EmailAddress]:
    """A person's e-mail addresses: the main one first, then those that are proven."""
    return list(EmailAddress.objects.filter(user=user).order_by("-primary", "-verified", "email"))


def person_of(*, email: str) -> User | None:
    """Whose address it is: the person who signs in with it, or who has proven it as one more of theirs."""
    email = email.strip().lower()
    found = User.objects.filter(email=email).first()
    if found is None:
        proven = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
        found = proven.user if proven else None
    return found


def members_list(*, account_id: int) -> QuerySet[Membership]:
    """The people of an account, by name."""
    people = Membership.objects.filter(account_id=account_id).select_related("user")
    return people.order_by(Lower("user__name"), "id")


def people_with(*, account_id: int, right: Right) -> list[User]:
    """Everybody active in the account who holds the right, super admins included."""
    rights = [right.value, Right.SUPER_ADMIN.value]
    members = Membership.objects.filter(account_id=account_id, rights__overlap=rights, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("user_id")]


def domains_list(*, account_id: int) -> QuerySet[Domain]:
    """The host names that an account claims or has, by name."""
    return Domain.objects.filter(account_id=account_id).select_related("brand").order_by("host")


def invitations_open(*, account_id: int) -> QuerySet[Invitation]:
    """Invitations that nobody has accepted or withdrawn, expired ones too, the newest first."""
    standing = Invitation.objects.filter(account_id=account_id, accepted_at=None, revoked_at=None)
    return standing.select_related("invited_by").order_by("-sent_at", "-id")


def invitation_find(*, digest: str) -> Invitation | None:
    """The invitation behind a link, in whatever state."""
    return Invitation.objects.select_related("account", "invited_by").filter(digest=digest).first()


def brands_list(account_id: int) -> QuerySet[Brand]:
    """The brands of an account, the primary one first, then by name."""
    return Brand.objects.filter(account_id=account_id).order_by("-is_primary", Lower("name"), "id")


def subscriptions_of(*, account_id: int) -> dict[Hub, Tier]:
    """The tier of every hub; ``Tier.NONE`` is the free plan."""
    held = dict(Subscription.objects.filter(account_id=account_id).values_list("hub", "tier"))
    return {hub: Tier(held.get(hub.value, Tier.NONE)) for hub in Hub}


def access_tokens_list(*, account_id: int) -> QuerySet[AccessToken]:
    """The account's private app tokens, good ones first, then the newest."""
    return AccessToken.objects.filter(account_id=account_id).order_by("revoked_at", "-id")


def failed_jobs_list(*, account_id: int) -> list[LeasedJob]:
    """The newest dead jobs of an account from every table, at most ``FAILED_PAGE`` of each, newest first."""
    found: list[LeasedJob] = []
    for model in job_models():
        dead = model._default_manager.filter(account_id=account_id, state=JobState.DEAD)
        found += dead.order_by("-id")[:FAILED_PAGE]
    return sorted(found, key=lambda job: job.finished_at or job.created_at, reverse=True)


def failed_job_get(*, account_id: int, label: str, job_id: int) -> LeasedJob | None:
    """One dead job by its table's label (``app.model``); None for what is not there, not dead or another account's."""
    for model in job_models():
        if model._meta.label_lower == label:
            return model._default_manager.filter(account_id=account_id, pk=job_id, state=JobState.DEAD).first()
    return None
