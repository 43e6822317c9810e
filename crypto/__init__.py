"""Keys, seals and envelopes: bytes in, bytes out; this package knows nothing of the application. Formats: SPEC.md."""
