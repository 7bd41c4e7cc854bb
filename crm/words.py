"""What pages say of each kind of record. Whole sentences for each, for other languages bend words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.choices import ObjectType as T

Words = str | Promise


@dataclass(frozen=True, slots=True)
class IndexWords:
    """The words of one index page; ``add`` and ``saved`` are empty for what is not made there."""

    lead: Words
    empty: Words
    hint: Words
    add: Words = ""
    saved: Words = ""
    search: Words = _("Beginning of a name")


_ON_RECORDS = _("They are logged on the pages of contacts, companies, deals and tickets.")

WORDS: dict[str, IndexWords] = {
    T.CONTACT: IndexWords(
        _("People that you meet, write to and sell to."),
        _("No contacts yet"),
        _("Whoever books a meeting with you becomes a contact by themselves. You can also add one by hand."),
        _("Add a contact"),
        _("The contact is saved."),
        _("Name, email or phone"),
    ),
    T.COMPANY: IndexWords(
        _("Organisations that your contacts belong to."),
        _("No companies yet"),
        _("Add a company, then link its people and deals with it."),
        _("Add a company"),
        _("The company is saved."),
        _("Name, domain or city"),
    ),
    T.DEAL: IndexWords(
        _("Sales on their way, with what they are worth."),
        _("No deals yet"),
        _("Add a deal when somebody may buy, and keep its stage up to date."),
        _("Add a deal"),
        _("The deal is saved."),
    ),
    T.TICKET: IndexWords(
        _("Questions and problems of your customers."),
        _("No tickets yet"),
        _("Add a ticket when a customer needs help, so that nobody is forgotten."),
        _("Add a ticket"),
        _("The ticket is saved."),
    ),
    T.PRODUCT: IndexWords(
        _("What you sell, with its price."),
        _("No products yet"),
        _("Add what you sell; line items of deals, orders and invoices refer to it."),
        _("Add a product"),
        _("The product is saved."),
        _("Name or SKU"),
    ),
    T.LINE_ITEM: IndexWords(
        _("Single positions of deals, orders and invoices."),
        _("No line items yet"),
        _("Add a line item, then link it with its deal, order or invoice."),
        _("Add a line item"),
        _("The line item is saved."),
        _("Name or SKU"),
    ),
    T.INVOICE: IndexWords(
        _("What was billed, and whether it is paid."),
        _("No invoices yet"),
        _("Add an invoice, or let a connected app bring yours."),
        _("Add an invoice"),
        _("The invoice is saved."),
        _("Number or title"),
    ),
    T.ORDER: IndexWords(
        _("What customers have ordered."),
        _("No orders yet"),
        _("Add an order, or let a connected shop bring yours."),
        _("Add an order"),
        _("The order is saved."),
        _("Name or number"),
    ),
    T.MARKETING_EVENT: IndexWords(
        _("Webinars and other events for many people."),
        _("No marketing events yet"),
        _("Add an event, then link the contacts who take part."),
        _("Add a marketing event"),
        _("The marketing event is saved."),
    ),
    T.CALL: IndexWords(_("Calls that were logged."), _("No calls yet"), _ON_RECORDS),
    T.EMAIL: IndexWords(_("Emails that were logged."), _("No emails yet"), _ON_RECORDS),
    T.MEETING: IndexWords(_("Meetings that were booked or logged."), _("No meetings yet"), _ON_RECORDS),
    T.NOTE: IndexWords(_("Notes on records."), _("No notes yet"), _ON_RECORDS),
    T.TASK: IndexWords(_("What is to be done."), _("No tasks yet"), _ON_RECORDS),
}
