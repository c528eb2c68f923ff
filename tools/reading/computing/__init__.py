"""Answers that are computed from what was read: sums, differences, extremes, counts, durations."""
