"""Commands under `paracrine evidence`, one module a topic, found by the catalog."""
