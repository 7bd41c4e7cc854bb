"""What runs by itself in an account. Feature apps say what of theirs does (``workflows.registries``)."""
