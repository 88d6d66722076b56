"""Commands: one module a verb group, found by the catalog."""
