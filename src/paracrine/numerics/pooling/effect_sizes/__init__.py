"""Effect sizes, one file a kind of data."""
