"""Words and units of a hand-made histogram, and bin edges from what is given."""
