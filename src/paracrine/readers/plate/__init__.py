"""96-well blocks in a sheet, and the roles of wells."""
