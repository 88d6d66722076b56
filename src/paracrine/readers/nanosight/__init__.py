"""Machinery of the NanoSight readers: layout, printed numbers, conventions, doubts."""
