"""Raw particle videos: settings, analysis, files, plan."""
