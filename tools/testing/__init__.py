"""Servers that play a script, for tests: those of this project and those of its users."""
