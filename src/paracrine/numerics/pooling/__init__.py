"""Pooling of study effects: heterogeneity, random effects, tables, bias, levels and networks. Mathematics alone."""
