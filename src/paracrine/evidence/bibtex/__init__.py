"""BibTeX entries and their LaTeX."""
