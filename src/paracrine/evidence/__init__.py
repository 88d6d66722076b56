"""What is known: records of papers and trials in, searches, links, decisions and pooled numbers out."""
