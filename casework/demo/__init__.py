"""The demo: an invented arrondissement, lived through the services themselves; nothing of it serves a real body."""
