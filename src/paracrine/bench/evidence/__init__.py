"""What is known, with memory: files added, searches, links, screening decisions."""
