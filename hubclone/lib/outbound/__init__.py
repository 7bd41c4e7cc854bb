"""Connections to the outside: one guard for all of them, wired into every library that opens sockets.

``guard`` decides by address, after DNS; ``http`` is for requests, ``httplib2_http`` for Google's client, ``smtp``
for mail.
"""
