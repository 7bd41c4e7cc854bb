"""Forms of scheduling pages."""
