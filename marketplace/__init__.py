"""Listings, installs, the OAuth provider, webhooks and the developer portal. Nothing is here yet."""
