"""Brands of an account (A4)."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.actor import Actor
from accounts.exceptions import BrandIsPrimary, BrandNameTaken
from accounts.models import Account, Brand
from accounts.services.audit import audit_write
from hubclone.lib.text import clean_line

NAME_MOST = 200


@transaction.atomic
def brand_create(*, actor: Actor, name: str) -> Brand:
    """Add a brand; an account that has none gets its primary one. Raises BrandNameTaken."""
    account = _account_lock(actor)
    first = not Brand.objects.filter(account=account).exists()
    brand = Brand(account=account, name=clean_line(name)[:NAME_MOST], is_primary=first)
    _save(brand)
    _audit(actor, "brand.created", brand)
    return brand


@transaction.atomic
def brand_update(*, actor: Actor, brand_id: int, name: str) -> Brand:
    """Rename a brand. Raises BrandNameTaken, Brand.DoesNotExist."""
    _account_lock(actor)
    brand = Brand.objects.get(account_id=actor.account_id, pk=brand_id)
    before, brand.name = brand.name, clean_line(name)[:NAME_MOST]
    if before == brand.name:
        return brand
    _save(brand)
    _audit(actor, "brand.renamed", brand, {"before": before, "after": brand.name})
    return brand


@transaction.atomic
def brand_make_primary(*, actor: Actor, brand_id: int) -> None:
    """Let this brand be the one that everything without a brand works under. Raises Brand.DoesNotExist."""
    account = _account_lock(actor)
    brand = Brand.objects.get(account=account, pk=brand_id)
    if brand.is_primary:
        return
    Brand.objects.filter(account=account, is_primary=True).update(is_primary=False)
    Brand.objects.filter(pk=brand.pk).update(is_primary=True)
    _audit(actor, "brand.made_primary", brand)


@transaction.atomic
def brand_delete(*, actor: Actor, brand_id: int) -> None:
    """Remove a brand: what names it names none from then on, which means the primary one.

    Raises BrandIsPrimary, Brand.DoesNotExist.
    """
    account = _account_lock(actor)
    brand = Brand.objects.get(account=account, pk=brand_id)
    if brand.is_primary:
        raise BrandIsPrimary
    _audit(actor, "brand.deleted", brand)
    brand.delete()


def _account_lock(actor: Actor) -> Account:
    """Brands of one account change one after another, so that one of them is primary at any time."""
    return Account.objects.select_for_update(no_key=True).get(pk=actor.account_id)


def _save(brand: Brand) -> None:
    try:
        with transaction.atomic():
            brand.save()
    except IntegrityError as error:
        raise BrandNameTaken from error


def _audit(actor: Actor, action: str, brand: Brand, detail: dict[str, str] | None = None) -> None:
    audit_write(
        actor=actor, action=action, target_kind="brand", target_id=brand.pk, target_label=brand.name, detail=detail
    )
