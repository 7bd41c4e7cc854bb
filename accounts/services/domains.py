"""Host names of an account's own: claimed, proven, served, and let go (A5)."""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor, system_actor
from accounts.choices import DomainProof, DomainState, Right
from accounts.domain_names import host_parse
from accounts.domain_proofs import Look, proof_look
from accounts.exceptions import DomainExists, DomainTaken
from accounts.hosts import domains_forget, own_hosts
from accounts.models import Brand, Domain
from accounts.notification_kinds import DOMAIN_TROUBLE
from accounts.selectors import people_with
from accounts.services.audit import audit_write
from accounts.services.notification_inbox import notifications_settle
from accounts.services.notifications import NotificationWords, notifications_send
from hubclone.lib.errors import PermanentError

RECHECK_AFTER = dt.timedelta(days=1)
RECHECK_MOST = 10
ROBOTS_DEFAULT = "User-agent: *\nDisallow:\n"


@transaction.atomic
def domain_add(*, actor: Actor, host: str, proof: DomainProof = DomainProof.TXT, brand: Brand | None = None) -> Domain:
    """Claim a host name, in any letters. Raises ValidationError in words, DomainExists."""
    parsed = host_parse(host, ours=own_hosts())
    _brand_check(actor, brand)
    try:
        with transaction.atomic():
            domain = Domain.objects.create(
                account_id=actor.account_id,
                host=parsed,
                proof=proof,
                brand=brand,
                token=secrets.token_urlsafe(24),
                robots_txt=ROBOTS_DEFAULT,
            )
    except IntegrityError as error:
        raise DomainExists from error
    _audit(actor, "domain.added", domain, {"proof": proof})
    return domain


def domain_check(*, actor: Actor, domain: Domain) -> Domain:
    """Look for the proof and connect the domain where it is there; answers the row as it is then.

    A connected one stays connected whatever was found: see ``last_error_code``. Looking takes seconds, so it is not in
    a transaction. Raises Domain.DoesNotExist when the domain went meanwhile.
    """
    look = proof_look(domain)
    rival = _rival(domain)
    rival_look = proof_look(rival) if rival and not look.code else None
    with transaction.atomic():
        return _settle(actor, domain, look, rival, rival_look)


@transaction.atomic
def domain_connect_demo(*, actor: Actor, domain: Domain) -> Domain:
    """In the demo one click is proof enough. Raises PermanentError elsewhere, DomainTaken."""
    if not settings.DEMO:
        raise PermanentError(str(_("Only in the demo a name is connected without proof.")))
    settled = _settle(actor, domain, Look(""), None, None)
    if settled.state != DomainState.CONNECTED:
        raise DomainTaken
    return settled


@transaction.atomic
def domain_update(*, actor: Actor, domain: Domain, proof: DomainProof, brand: Brand | None, robots_txt: str) -> Domain:
    """Set how it is proven, its brand and its robots.txt, which is served as it is."""
    _brand_check(actor, brand)
    mine = Domain.objects.select_for_update(of=("self",)).get(account_id=actor.account_id, pk=domain.pk)
    new = {"proof": str(proof), "brand_id": brand.pk if brand else None, "robots_txt": robots_txt}
    changed = [field for field, value in new.items() if getattr(mine, field) != value]
    if not changed:
        return mine
    for field in changed:
        setattr(mine, field, new[field])
    mine.save(update_fields=changed)
    _audit(actor, "domain.updated", mine, {"changed": changed})
    return mine


@transaction.atomic
def domain_remove(*, actor: Actor, domain: Domain) -> None:
    """Let a name go; it is served no more, on other machines within seconds. One that has gone already stays so."""
    if not Domain.objects.filter(account_id=actor.account_id, pk=domain.pk).delete()[0]:
        return
    _audit(actor, "domain.removed", domain, {"state": domain.state})
    _told_is_over(domain)
    transaction.on_commit(domains_forget)


def domains_recheck(*, older_than: dt.timedelta = RECHECK_AFTER) -> int:
    """Look again at connected domains not looked at for that long, some at a time; answers at how many.

    Those in charge are told once when a proof is gone. The demo connects without proof, so nothing is looked for there.
    """
    if settings.DEMO:
        return 0
    stale = Q(checked_at=None) | Q(checked_at__lte=timezone.now() - older_than)
    due = Domain.objects.filter(stale, state=DomainState.CONNECTED).order_by("checked_at", "id")
    found = list(due[:RECHECK_MOST])
    for domain in found:
        look = proof_look(domain)
        with transaction.atomic():
            _rechecked(domain, look)
    return len(found)


def _settle(actor: Actor, domain: Domain, look: Look, rival: Domain | None, rival_look: Look | None) -> Domain:
    """Write down what was found. Every claim to the name is locked, so that only one of them is connected."""
    claims = list(Domain.objects.select_for_update(of=("self",)).filter(host=domain.host).order_by("id"))
    mine = next((claim for claim in claims if claim.pk == domain.pk and claim.account_id == actor.account_id), None)
    if mine is None:
        raise Domain.DoesNotExist
    holder = next((c for c in claims if c.state == DomainState.CONNECTED and c.pk != mine.pk), None)
    if not look.code and holder:
        if rival and holder.pk == rival.pk and rival_look and rival_look.code and not rival_look.passing:
            _give_up(holder)
        else:
            look = Look("TAKEN")
    newly = not look.code and mine.state != DomainState.CONNECTED
    if newly:
        mine.state, mine.connected_at = DomainState.CONNECTED, Now()
        _audit(actor, "domain.connected", mine, {"proof": mine.proof})
        transaction.on_commit(domains_forget)
    mine.checked_at, mine.last_error_code, mine.last_found = Now(), look.code, look.found
    mine.save(update_fields=["state", "connected_at", "checked_at", "last_error_code", "last_found"])
    if not look.code:
        _told_is_over(mine)
    mine.refresh_from_db()
    return mine


def _rival(domain: Domain) -> Domain | None:
    connected = Domain.objects.filter(host=domain.host, state=DomainState.CONNECTED)
    return connected.exclude(pk=domain.pk).first()


def _give_up(holder: Domain) -> None:
    """The name was proven by somebody else, and the proof of the one who had it is gone."""
    holder.state, holder.connected_at = DomainState.PENDING, None
    holder.last_error_code, holder.last_found = "TAKEN_OVER", ""
    holder.save(update_fields=["state", "connected_at", "last_error_code", "last_found"])
    _audit(system_actor(holder.account_id), "domain.lost", holder, {})
    _tell(holder, f"lost:{secrets.token_hex(4)}")


def _rechecked(domain: Domain, look: Look) -> None:
    mine = Domain.objects.select_for_update(of=("self",)).filter(pk=domain.pk, state=DomainState.CONNECTED).first()
    if mine is None or (look.code and look.passing):
        return
    told = look.code and not mine.last_error_code
    mine.checked_at, mine.last_error_code, mine.last_found = Now(), look.code, look.found
    mine.save(update_fields=["checked_at", "last_error_code", "last_found"])
    if told:
        _tell(mine, f"proof_gone:{secrets.token_hex(4)}")
    elif not look.code:
        _told_is_over(mine)


def _tell(domain: Domain, what: str) -> None:
    name = {"host": domain.shown}

    def words() -> NotificationWords:
        if domain.state == DomainState.CONNECTED:
            return NotificationWords(
                title=_("The proof for %(host)s is gone") % name,
                text=_("The name still works. If another account proves that it is theirs, it moves there.")
                + " "
                + _("Put the proof back, or remove the name."),
            )
        return NotificationWords(
            title=_("%(host)s is no longer connected") % name,
            text=_("Another account has proven that the name is its own. If it is yours, prove it again."),
        )

    notifications_send(
        account_id=domain.account_id,
        kind=DOMAIN_TROUBLE,
        key=f"{_told_key(domain)}{what}",
        people=people_with(account_id=domain.account_id, right=Right.EDIT_ACCOUNT_SETTINGS),
        words=words,
        url=reverse("accounts:domain", args=[domain.account_id, domain.pk]),
    )


def _told_is_over(domain: Domain) -> None:
    notifications_settle(account_id=domain.account_id, about=_told_key(domain))


def _told_key(domain: Domain) -> str:
    return f"domain:{domain.pk}:"


def _brand_check(actor: Actor, brand: Brand | None) -> None:
    if brand is not None and brand.account_id != actor.account_id:
        raise ValidationError(_("This brand is not there any more."))


def _audit(actor: Actor, action: str, domain: Domain, detail: dict[str, object]) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="domain",
        target_id=domain.pk,
        target_label=domain.host,
        detail=detail,
    )
