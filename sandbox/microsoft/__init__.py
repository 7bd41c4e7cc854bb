"""A stand-in for Microsoft: the v2.0 authority and Graph's calendars."""
