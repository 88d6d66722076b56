"""Full texts in JATS and its ancestors."""
