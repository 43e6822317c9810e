"""Mail: one sentence that says that something waits, and invitations; never what it is about (security.md, Mail)."""
