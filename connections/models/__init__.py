"""Authorised links to outside accounts."""

from connections.models.connection import Connection

__all__ = ["Connection"]
