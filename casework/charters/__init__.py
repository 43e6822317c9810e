"""Charters: one file says all of one instance, as frozen records; the checker proves what they promise."""
