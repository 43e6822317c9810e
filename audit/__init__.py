"""A log that proves itself: entries, chain, verifier, pins; it knows nothing of the application that writes to it."""
