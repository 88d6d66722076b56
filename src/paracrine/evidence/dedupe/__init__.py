"""Records of one work found among many, with the reason for every join."""
