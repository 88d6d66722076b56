"""What the Zetasizer readers stand on: text tables, column meanings, the record tree of a database."""
