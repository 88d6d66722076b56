"""Particle tracking: find, locate and link the spots of a video."""
