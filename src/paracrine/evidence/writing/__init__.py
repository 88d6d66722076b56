"""Works out to other programs: RIS, CSV, JSON."""
