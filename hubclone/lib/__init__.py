"""What every app stands on: no tables (abstract models and fields only), and it imports no app."""
