"""Virtual NanoSight: simulation, the vendor's arithmetic, the vendor's file."""

from __future__ import annotations

from paracrine.instruments.nanosight.file import write_experiment_summary
from paracrine.instruments.nanosight.simulation import (
    NanoSightExport,
    NanoSightSession,
    simulate_nanosight,
    simulate_session,
)

__all__ = ["NanoSightExport", "NanoSightSession", "simulate_nanosight", "simulate_session", "write_experiment_summary"]
