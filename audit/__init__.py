"""A log that proves itself: entries, chain, verifier, follower, pins; it knows nothing of the application that writes to it."""
