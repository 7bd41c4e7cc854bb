"""A stand-in for an Exchange server on premises: its web services (EWS) and autodiscovery."""
