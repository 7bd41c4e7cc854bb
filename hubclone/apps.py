"""The project itself, installed so that its management commands are found."""

from django.apps import AppConfig


class HubcloneConfig(AppConfig):
    """No models; the commands ``up`` and ``demo``, and the library's template tags."""

    name = "hubclone"
    verbose_name = "Hubclone"
