"""The parts of the one write path; only ``crm.services.records`` uses them."""
