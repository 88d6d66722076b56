"""Into a vein, evenly over a duration that comes with the dose; no state lies between."""

from __future__ import annotations

from paracrine.fate.routes import iv

TITLE = "infusion"
STATES, PARAMETERS, ENTRY, GRADE, REFERENCES = iv.STATES, iv.PARAMETERS, iv.ENTRY, iv.GRADE, iv.REFERENCES
NEEDS_DURATION = True
rates = iv.rates
