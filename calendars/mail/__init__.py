"""The e-mails about bookings: what they say, and how that is laid out."""
