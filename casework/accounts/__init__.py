"""Accounts: organisations, invitations, admission, log-in and sessions; what an admitted person may read is the charter's."""
