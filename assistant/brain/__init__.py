"""The chat model that routes and composes: which one, and the one that is built in."""
