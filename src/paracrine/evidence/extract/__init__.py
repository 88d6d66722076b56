"""Extraction: what a record says of product, source, route and dose, each with the words that say it."""
