"""Pooling of studies: from a table of studies to an answer with its doubts."""
