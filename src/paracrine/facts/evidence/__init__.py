"""Curated trials of MSC vesicles and their reported counts: facts with a source, no contacts, no sentences."""
