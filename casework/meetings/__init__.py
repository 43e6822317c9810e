"""Meetings of the cell: fixed, convened, circulated, recorded; what happens to one situation stays with `casework.cases`."""
