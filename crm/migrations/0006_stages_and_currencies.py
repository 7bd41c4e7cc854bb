"""Stages, statuses and currencies become lists. What records hold already stays: each value that is none of the options that
come with the list becomes one of the account's own."""

import uuid

from django.db import migrations
from django.db.models.fields.json import KeyTextTransform

CURRENCIES = """
    EUR USD GBP PLN CHF CZK SEK NOK DKK HUF RON CAD AUD JPY AED AFN ALL AMD AOA ARS AWG AZN BAM BBD BDT BGN BHD
    BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CDF CLP CNY COP CRC CUP CVE DJF DOP DZD EGP ERN ETB FJD FKP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG IDR ILS INR IQD IRR ISK JMD JOD KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP
    LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NPR NZD OMR PAB PEN PGK
    PHP PKR PYG QAR RSD RUB RWF SAR SBD SCR SDG SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD
    TWD TZS UAH UGX UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
""".split()
_CURRENCY = [(code, code) for code in CURRENCIES]
LISTS = {
    ("deal", "deal_currency_code"): _CURRENCY,
    ("invoice", "hs_currency"): _CURRENCY,
    ("order", "hs_currency_code"): _CURRENCY,
    ("deal", "pipeline"): [("default", "Sales pipeline")],
    ("deal", "dealstage"): [
        ("appointmentscheduled", "Appointment scheduled"),
        ("qualifiedtobuy", "Qualified to buy"),
        ("presentationscheduled", "Presentation scheduled"),
        ("decisionmakerboughtin", "Decision maker bought-in"),
        ("contractsent", "Contract sent"),
        ("closedwon", "Closed won"),
        ("closedlost", "Closed lost"),
    ],
    ("ticket", "hs_pipeline"): [("0", "Support pipeline")],
    ("ticket", "hs_pipeline_stage"): [
        ("1", "New ticket"),
        ("2", "Waiting on contact"),
        ("3", "Waiting on us"),
        ("4", "Closed"),
    ],
    ("ticket", "hs_ticket_priority"): [("LOW", "Low"), ("MEDIUM", "Medium"), ("HIGH", "High"), ("URGENT", "Urgent")],
    ("order", "hs_external_order_status"): [
        ("open", "Open"),
        ("processed", "Processed"),
        ("shipped", "Shipped"),
        ("delivered", "Delivered"),
        ("cancelled", "Order cancelled"),
    ],
}
LENGTH_MOST = 200
OWN_MOST = 300


def lists_make(apps, schema_editor):
    """Processes that keep definitions notice by the version of the schema."""
    definitions = apps.get_model("crm", "PropertyDefinition").objects.filter(is_built_in=True)
    for (object_type, name), options in LISTS.items():
        for definition in definitions.filter(object_type=object_type, name=name):
            _list_make(apps.get_model("crm", "Record"), definition, options)
    for schema in apps.get_model("crm", "Schema").objects.all():
        schema.version = uuid.uuid4()
        schema.save(update_fields=["version"])


def _list_make(records, definition, options):
    kept = [(option["value"], option["label"]) for option in definition.options]
    wanted = [*options, *(option for option in kept if option[0] not in dict(options))]
    known = {text.casefold() for option in wanted for text in option}
    for value in _values(records, definition):
        if _fits(value, known) and len(wanted) < len(options) + OWN_MOST:
            wanted.append((value, value))
            known.add(value.casefold())
    definition.options = [{"value": value, "label": dict(kept).get(value, label)} for value, label in wanted]
    definition.type, definition.field_type = "enumeration", "select"
    definition.save(update_fields=["options", "type", "field_type"])


def _values(records, definition):
    """What is there, archived records included, in the order of the alphabet."""
    held = records.objects.filter(
        account_id=definition.account_id, object_type=definition.object_type, properties__has_key=definition.name
    )
    found = held.order_by().annotate(kept=KeyTextTransform(definition.name, "properties")).values_list("kept", flat=True)
    return sorted(found.distinct())


def _fits(value, known):
    """Whether it can be an option. Others stay on their records, are shown there, and stay when the record is saved."""
    return value.casefold() not in known and ";" not in value and len(value) <= LENGTH_MOST


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0005_deleted_and_settings'),
    ]

    operations = [
        migrations.RunPython(lists_make, migrations.RunPython.noop),
    ]
