"""Rodas4: a stiff one-step method of order four that needs no iteration (doi:10.1007/978-3-642-05221-7).

Stages solve `(I / (gamma h) - J) k = f + sum of c/h k`; all linear invariants, such as the total amount, are kept.
Coefficients as in the authors' program RODAS, for autonomous systems.
"""

from __future__ import annotations

GAMMA = 0.25
A = (
    (1.544,),
    (0.9466785280815826, 0.2557011698983284),
    (3.314825187068521, 2.896124015972201, 0.9986419139977817),
    (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895),
)
"""Stages 2 to 5: where the slopes are taken. Stage 6 and the result add the stage before."""
C = (
    (-5.6688,),
    (-2.430093356833875, -0.2063599157091915),
    (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
    (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616),
    (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
)
"""Stages 2 to 6."""
D2 = (10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662)
D3 = (-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872)
"""Between steps, of order three."""
GROW, SHRINK, SAFETY = 5.0, 0.2, 0.9
MAX_STEPS = 100_000
