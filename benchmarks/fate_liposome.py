"""The published liposome model beside the digitised plasma values of the rat, for both doses that the source names.

Run with `python -P benchmarks/fate_liposome.py`. Values: total amphotericin B in plasma, read off figure 3 of
doi:10.1007/s11095-013-1127-z by the author of a public re-implementation; the axis unit is not in that file, it is
taken as mg/L. The caption of figure 5 says 5 mg/kg, table I says 20 mg/kg. The published two-compartment volume
(0.0707 L/kg) puts 283 mg/L at time zero for 20 and 71 for 5: 20 fits the first value (238 mg/L at 0.48 h), 5 does not.
"""

from __future__ import annotations

import numpy as np

from paracrine.fate.model import load_model
from paracrine.fate.models.liposome_kagan_2013 import WEIGHT_KG
from paracrine.numerics.ode.solve import Injection, solve_system

TIMES_H = np.array([0.48262, 1.01431, 3.9591, 8.00818, 24.0818])
TOTAL_MG_L = np.array([238.05736, 210.31486, 61.86996, 81.76286, 49.04367])
FREE_FRAC = 0.0183


def main() -> None:
    model = load_model("liposome_kagan_2013")
    print("hours     " + "".join(f"{hours:>9.2f}" for hours in TIMES_H))
    print("read, mg/L" + "".join(f"{value:>9.1f}" for value in TOTAL_MG_L))
    for dose_mg_kg in (5.0, 20.0):
        given = [Injection("plasma", dose_mg_kg * WEIGHT_KG * (1 - FREE_FRAC))]
        found = solve_system(model.system, model.defaults, given, TIMES_H, relative_error=1e-9)
        plasma = found[:, model.place("plasma")] / model.defaults["plasma_l"]
        ratio = plasma / TOTAL_MG_L
        fold = float(np.exp(np.mean(np.abs(np.log(ratio)))))
        print(f"{dose_mg_kg:g} mg/kg   " + "".join(f"{value:>9.1f}" for value in plasma))
        worst = float(np.exp(np.abs(np.log(ratio)).max()))
        print(f"  times the value read: {', '.join(f'{one:.2f}' for one in ratio)}")
        print(f"  mean fold error {fold:.2f}, worst {worst:.2f}")


if __name__ == "__main__":
    main()
