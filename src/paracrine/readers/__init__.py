"""Instrument files in, runs out."""
