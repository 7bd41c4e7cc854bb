"""Stand-ins for the services that Hubclone talks to: a program of its own, which imports nothing of ours.

``python -m sandbox --port N --tls-port T --smtp-port M --home DIR``. See docs/sandbox.md.
"""
