"""A stand-in for Google: OAuth, basic profile, Calendar v3 and its push messages."""
