"""One- and two-way sync with other apps, and its health. Nothing is here yet."""
