"""One RIS record into a work, whichever program wrote it."""
