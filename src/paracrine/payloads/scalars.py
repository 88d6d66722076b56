"""Numbers an instrument computed itself, where no raw data lie in the file (Z-average, zeta potential)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Scalars:
    """Name to (value, unit); only finite numbers, missing ones are absent.

    Names are ours and carry the unit: `z_average_nm`, `polydispersity_index`, `zeta_potential_mv`,
    `zeta_deviation_mv`, `electrophoretic_mobility_um_cm_per_vs`, `conductivity_ms_per_cm`, `count_rate_kcps`,
    `intercept`, `diffusion_coefficient_um2_per_s`.
    """

    payload_kind: ClassVar[str] = "scalars"

    values: Mapping[str, float]
    units: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    """Branch or block of the file (`Size Analysis Result`, steady-state runs)."""

    def summary(self) -> dict[str, Any]:
        """Return the numbers themselves."""
        return {"payload": self.payload_kind, "origin": self.origin, **self.values}
