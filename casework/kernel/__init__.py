"""The pure kernel: record types and the engine that reads them; it knows no database, no web and no particular
charter.
"""
