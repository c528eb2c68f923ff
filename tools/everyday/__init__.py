"""Sums, units, dates and the clock."""
