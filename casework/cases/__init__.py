"""Situations: the one function that changes them, reading, drafts, clocks, and their pages."""
