"""Which properties of a record come first: the columns of its index, and the fields of a new one."""

from __future__ import annotations

from crm.choices import ObjectType as T
from crm.objects import OWNER

IN_THE_RAIL = (T.CONTACT, T.COMPANY, T.DEAL, T.TICKET, T.PRODUCT, T.ORDER, T.INVOICE)

COLUMNS: dict[str, tuple[str, ...]] = {
    T.CONTACT: ("email", "phone", "company", OWNER),
    T.COMPANY: ("domain", "city", "phone", OWNER),
    T.DEAL: ("dealstage", "closedate", "amount", "deal_currency_code", OWNER),
    T.TICKET: ("hs_pipeline_stage", "hs_ticket_priority", OWNER),
    T.PRODUCT: ("hs_sku", "price", OWNER),
    T.LINE_ITEM: ("hs_sku", "quantity", "price", "amount"),
    T.INVOICE: ("hs_title", "hs_invoice_status", "hs_due_date", "hs_amount_billed", "hs_currency", OWNER),
    T.ORDER: ("hs_external_order_id", "hs_external_order_status", "hs_total_price", "hs_currency_code", OWNER),
    T.MARKETING_EVENT: ("hs_event_type", "hs_event_organizer", "hs_start_datetime"),
    T.CALL: ("hs_timestamp", "hs_call_direction", OWNER),
    T.EMAIL: ("hs_timestamp", "hs_email_direction", OWNER),
    T.MEETING: ("hs_meeting_start_time", "hs_meeting_outcome", OWNER),
    T.NOTE: ("hs_note_body", "hs_timestamp", OWNER),
    T.TASK: ("hs_task_status", "hs_task_priority", "hs_timestamp", OWNER),
}
"""Beside the name, which comes first, and the date of creation, which comes last."""

FIRST_FIELDS: dict[str, tuple[str, ...]] = {
    T.CONTACT: ("email", "firstname", "lastname", "phone", "company", "jobtitle", "lifecyclestage", OWNER),
    T.COMPANY: ("name", "domain", "phone", "city", "industry", "lifecyclestage", OWNER),
    T.DEAL: ("dealname", "amount", "deal_currency_code", "pipeline", "dealstage", "closedate", OWNER),
    T.TICKET: ("subject", "content", "hs_pipeline_stage", "hs_ticket_priority", OWNER),
    T.PRODUCT: ("name", "hs_sku", "price", "description", OWNER),
    T.LINE_ITEM: ("name", "hs_sku", "quantity", "price", "amount"),
    T.INVOICE: (
        "hs_number",
        "hs_title",
        "hs_invoice_date",
        "hs_due_date",
        "hs_amount_billed",
        "hs_currency",
        "hs_invoice_status",
        OWNER,
    ),
    T.ORDER: (
        "hs_order_name",
        "hs_external_order_id",
        "hs_external_order_status",
        "hs_total_price",
        "hs_currency_code",
        OWNER,
    ),
    T.MARKETING_EVENT: (
        "hs_event_name",
        "hs_event_type",
        "hs_event_organizer",
        "hs_start_datetime",
        "hs_end_datetime",
        "hs_event_url",
        "hs_event_description",
    ),
}
"""What a new record is asked for at first; kinds that are not here are made in other ways: activities on a record."""

STAGES = frozenset({"pipeline", "dealstage", "hs_pipeline", "hs_pipeline_stage"})
"""A new deal or ticket begins at the first of these."""
