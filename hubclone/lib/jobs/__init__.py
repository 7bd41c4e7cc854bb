"""Leased jobs: rows that say what is to be done, claimed by one worker at a time, kept until a person or a retry ends them."""
