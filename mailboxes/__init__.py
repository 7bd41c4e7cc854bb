"""Connected inboxes, reply logging, sending and templates. Nothing is here yet."""
