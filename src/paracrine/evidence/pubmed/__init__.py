"""One record of PubMed XML into a work."""
