"""The App Marketplace: what can be connected, as a catalogue. Feature apps fill ``connections.registries.LISTINGS``."""
