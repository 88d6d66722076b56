"""Names that Stunner reports give their columns from version to version."""
