"""What can be wrong with the machine."""


class EmbeddedError(Exception):
    """A server cannot be started here; the text is one clear line that says what to do."""
