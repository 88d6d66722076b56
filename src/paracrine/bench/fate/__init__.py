"""Verbs on the fate of vesicles in the body."""
