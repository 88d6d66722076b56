"""Where long work runs: one module a place, found by the catalog."""
