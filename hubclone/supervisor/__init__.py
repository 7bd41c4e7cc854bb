"""`manage.py up`: prepares HUB_HOME, starts every process in its order, keeps them running, and stops them cleanly."""
