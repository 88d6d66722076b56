"""Virtual instruments: files in the vendors' layouts from a stated truth, with each method's sampling noise."""
