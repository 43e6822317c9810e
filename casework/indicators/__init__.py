"""Indicators of the cell, counted from anonymous facts; nothing nominative can be reached from here."""
