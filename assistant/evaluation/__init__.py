"""Measuring the brain on a person's own requests and questions; see docs/evaluation.md."""
