"""Noise laws of particle tracking, one file each."""
