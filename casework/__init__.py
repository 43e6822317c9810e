"""Secure case coordination for French town halls."""
