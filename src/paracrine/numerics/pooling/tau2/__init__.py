"""Estimators of the variance between studies, one a file."""
