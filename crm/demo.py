"""The demo account's first contacts and companies."""

from __future__ import annotations

from accounts.demo import DemoContext
from accounts.registries import DEMO_LOADERS
from crm.choices import IdentityKind, ObjectType
from crm.models import RecordIdentity
from crm.services.records import AssociationChange, RecordChange, records_write

PRIMARY_COMPANY = 1
COMPANIES = (
    ("Harbour Books", "harbourbooks.example.com", "Gdańsk", "+48 58 555 01 10"),
    ("Blue Kettle Café", "bluekettle.example.com", "Kraków", "+48 12 555 01 20"),
    ("Fernwood Studio", "fernwood.example.com", "Manchester", "+44 161 496 0130"),
)
PEOPLE = (
    ("Helena", "Borowska", "helena.borowska@harbourbooks.example.com", "+48 601 555 011", "Owner", "customer", 0),
    ("Tomasz", "Lis", "tomasz.lis@harbourbooks.example.com", "+48 602 555 012", "Shop manager", "customer", 0),
    (
        "Iga",
        "Zawadzka",
        "iga.zawadzka@bluekettle.example.com",
        "+48 603 555 021",
        "Purchasing",
        "opportunity",
        1,
    ),
    ("Oliver", "Marsh", "oliver.marsh@fernwood.example.com", "+44 7700 900131", "Office manager", "lead", 2),
    ("Priya", "Sandhu", "priya.sandhu@fernwood.example.com", "+44 7700 900132", "Events lead", "lead", 2),
    ("Mikołaj", "Ruta", "mikolaj.ruta@example.com", "", "", "subscriber", None),
)


@DEMO_LOADERS.registered("crm")
def load(context: DemoContext) -> None:
    """Make them once; while one of them is there, later starts leave everything as it was changed or archived."""
    addresses = [email for _first, _last, email, *_more in PEOPLE]
    known = RecordIdentity.objects.filter(account=context.account, kind=IdentityKind.EMAIL, value__in=addresses)
    if not known.exists():
        records_write(actor=context.actor, changes=[*_companies(context), *_people(context)])


def _companies(context: DemoContext) -> list[RecordChange]:
    names = ("name", "domain", "city", "phone")
    return [
        RecordChange(ObjectType.COMPANY, {**dict(zip(names, values, strict=True)), **_owner(context)})
        for values in COMPANIES
    ]


def _people(context: DemoContext) -> list[RecordChange]:
    return [
        RecordChange(
            ObjectType.CONTACT,
            {
                "firstname": first,
                "lastname": last,
                "phone": phone,
                "jobtitle": job,
                "lifecyclestage": stage,
                "company": "" if company is None else COMPANIES[company][0],
                **_owner(context),
            },
            match_email=email,
            associations=[] if company is None else [AssociationChange(PRIMARY_COMPANY, to_index=company)],
        )
        for first, last, email, phone, job, stage, company in PEOPLE
    ]


def _owner(context: DemoContext) -> dict[str, str]:
    return {"hubspot_owner_id": str(context.admin.pk)}
