"""The one API: verbs with memory."""
