"""One study of ClinicalTrials.gov into a trial, from its modules."""
