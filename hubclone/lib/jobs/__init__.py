"""Leased jobs: rows that say what is to be done, claimed by one worker at a time, kept until they have ended."""
