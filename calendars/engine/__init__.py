"""Availability as pure functions. Times are UTC epoch seconds (int), intervals are half-open: [start, end).

Nothing here knows Django, the database or the clock: values in, values out.
"""
