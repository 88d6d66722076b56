"""Screening: decisions of people, the order in which they read, and when they may stop."""
