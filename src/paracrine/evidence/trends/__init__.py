"""What the records tell together: how many, when, where, on what, and how far toward the clinic."""
