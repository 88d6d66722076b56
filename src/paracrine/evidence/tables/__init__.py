"""Exported tables (CSV, TSV, XLSX): rows with a header somewhere near the top."""
