"""Answers taken from what the tools read: fields, tables, sentences, recordings, summaries."""
