"""The forms a user would write beside the simulated files: study.toml, spec.toml, results.csv, source documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from paracrine.instruments.campaign_recipe import (
    BATCHES,
    BEAD_DILUTION,
    BEAD_NOMINAL_NM,
    BEAD_NOMINAL_PER_ML,
    BEAD_NOMINAL_U_NM,
    BEAD_NOMINAL_U_PER_ML,
    DILUTION_STEPS,
    FACTS,
    OUTSIDE_RESULTS,
    PIPETTING_CV_PCT,
    POTENCY_LABORATORY,
    POTENCY_METHOD,
    PROCESS_BLANK_DILUTION,
    PRODUCT_DILUTION,
    PRODUCT_NAME,
    WINDOW_HIGH_NM,
    WINDOW_LOW_NM,
    BatchRecipe,
)

SIMULATED = "SIMULATED by Paracrine; no instrument was used and no laboratory exists"
LABEL_PER_ML = 1.0e11

_STUDY_TOP = f"""# {SIMULATED}.
title = "Demonstration campaign (simulated)"
person = "Paracrine demonstration"
role = "simulation"

[product]
name = "{PRODUCT_NAME}"
cell_source = "bone marrow, human, simulated"
description = "EVs concentrated by tangential flow filtration and size-exclusion chromatography (simulated)"

[protocol]
name = "Simulated process 1"
steps = [
  {{ name = "culture", detail = "serum-free medium, 48 h of conditioning" }},
  {{ name = "clarification", detail = "300 g, 2000 g, 0.22 um filter" }},
  {{ name = "concentration", detail = "tangential flow filtration, 300 kDa" }},
  {{ name = "polishing", detail = "size-exclusion chromatography into PBS" }},
]

[settings]
window_low_nm = {WINDOW_LOW_NM}
window_high_nm = {WINDOW_HIGH_NM}
rulebooks = ["misev2023", "misev2018", "msc_ev_cqa"]

[margins]
particle_concentration_undiluted_per_ml = 2.0
"""

_SPECIFICATION = f"""# {SIMULATED}. The limits are made up for the demonstration; they are no advice.
product = "{PRODUCT_NAME}"
edition = "demonstration 1"
source = "made up for the demonstration"

[[limit]]
attribute = "particle_concentration_undiluted_per_ml"
title = "Particle concentration"
group = "quantity"
unit = "1/mL"
low = 5.0e10
rule = "guard_band"
method = "NanoSight"

[[limit]]
attribute = "particle_concentration_undiluted_per_ml"
title = "Particle concentration against label"
group = "quantity"
kind = "label"
tolerance_pct = 40
method = "NanoSight"

[[limit]]
attribute = "diameter_d50_nm"
title = "Median diameter (D50)"
group = "identity"
unit = "nm"
low = 80
high = 180
method = "NanoSight"

[[limit]]
attribute = "diameter_d90_nm"
title = "Diameter D90"
group = "identity"
unit = "nm"
high = 230
rule = "guard_band"
method = "NanoSight"

[[limit]]
attribute = "particles_in_window_pct"
title = "Particles of {WINDOW_LOW_NM:g} to {WINDOW_HIGH_NM:g} nm"
group = "identity"
kind = "percent in range"
unit = "%"
low = 60
high = 100
method = "NanoSight"

[[limit]]
attribute = "particles_per_ug_protein"
title = "Particles per protein"
group = "purity"
unit = "particles/ug"
low = 2.0e9
rule = "guard_band"
method = "NanoSight"

[[limit]]
attribute = "z_average_nm"
title = "Z-average"
group = "identity"
kind = "report"
unit = "nm"

[[limit]]
attribute = "polydispersity_index"
title = "Polydispersity index"
group = "identity"
unit = "1"
high = 0.35

[[limit]]
attribute = "zeta_potential_mv"
title = "Zeta potential"
group = "identity"
kind = "report"
unit = "mV"

[[limit]]
attribute = "potency_pct"
title = "Inhibition of T-cell proliferation"
group = "potency"
unit = "%"
low = 65

[[limit]]
attribute = "endotoxin_eu_per_ml"
title = "Endotoxin"
group = "safety"
unit = "EU/mL"
below = 0.5
"""
_FINDINGS = (
    ("sterility", "Sterility", "no growth", "safety"),
    ("mycoplasma", "Mycoplasma", "not detected", "safety"),
    ("marker_cd9", "CD9", "positive", "identity"),
    ("marker_cd63", "CD63", "positive", "identity"),
    ("marker_cd81", "CD81", "positive", "identity"),
    ("marker_tsg101", "TSG101", "positive", "identity"),
    ("marker_calnexin", "Calnexin", "negative", "purity"),
)


def study_text(files: Mapping[tuple[str, str], tuple[str, ...]], *, plate: str) -> str:
    """Return study.toml.

    Args:
        files: (batch, sample) to paths; an empty batch for what all batches share.
        plate: path of the protein plate.
    """
    parts = [_STUDY_TOP, *(_batch_table(batch) for batch in BATCHES)]
    for (batch, sample), paths in files.items():
        parts.append(_sample_table(batch, sample, paths))
    parts.append(f'\n[[plate]]\npath = "{plate}"\n')
    return "".join(parts)


def specification_text() -> str:
    """Return spec.toml."""
    findings = (
        f'\n[[limit]]\nattribute = "{attribute}"\ntitle = "{title}"\ngroup = "{group}"\nkind = "finding"\n'
        f'accept = ["{word}"]\n'
        for attribute, title, word, group in _FINDINGS
    )
    return _SPECIFICATION + "".join(findings)


def write_results(folder: Path) -> None:
    """Write results.csv and one source document for each batch and laboratory."""
    (folder / "documents").mkdir(exist_ok=True)
    columns = "batch,sample,stage,attribute,value,unit,uncertainty,method,laboratory,source_document"
    rows = [f"{columns},performed_by,performed_at"]
    for batch in BATCHES:
        reported: dict[str, list[str]] = {}
        for line in _results_of(batch):
            attribute, value, unit, uncertainty, method, laboratory = line
            document = f"documents/{batch.name} {laboratory}.txt"
            reported.setdefault(document, []).append(f"{attribute}: {value} {unit}".rstrip() + f" ({method})")
            cells = (attribute, value, unit, uncertainty, f'"{method}"', laboratory, document)
            row = f"{batch.name},product,final product,{','.join(cells)},simulation,{batch.measured_on}"
            rows.append(row)
        for document, lines in reported.items():
            text = "\n".join([SIMULATED, f"Batch {batch.name}", f"Date {batch.measured_on}", *lines])
            (folder / document).write_text(text + "\n", encoding="utf-8", newline="")
    (folder / "results.csv").write_text("\n".join(rows) + "\n", encoding="utf-8", newline="")


def _results_of(batch: BatchRecipe) -> list[tuple[str, str, str, str, str, str]]:
    fixed = [(r.attribute, r.value, r.unit, "", r.method, r.laboratory) for r in OUTSIDE_RESULTS]
    potency = ("potency_pct", f"{batch.potency_pct:g}", "%", f"{batch.potency_u_pct:g}")
    return [*fixed, (*potency, POTENCY_METHOD, POTENCY_LABORATORY)]


def _batch_table(batch: BatchRecipe) -> str:
    facts = "\n".join(f'"{key}" = "{answer}"' for key, answer in FACTS.items())
    return f"""
[[batch]]
name = "{batch.name}"
made_on = "{batch.made_on}"
cells_count = {batch.cells_count:.3g}
medium_volume_ml = {batch.medium_volume_ml:g}
product_volume_ml = {batch.product_volume_ml:g}
label_particles_per_ml = {LABEL_PER_ML:.1e}

[batch.facts]
{facts}
"""


def _sample_table(batch: str, sample: str, paths: tuple[str, ...]) -> str:
    lines = ["", "[[sample]]", *([f'batch = "{batch}"'] if batch else []), f'name = "{sample}"']
    lines += [f'role = "{ROLES[sample]}"']
    if sample in _DILUTIONS:
        lines += [f"dilution_factor = {_DILUTIONS[sample]:g}", f"dilution_steps = {DILUTION_STEPS}"]
        lines += [f"pipetting_cv_pct = {PIPETTING_CV_PCT}"]
    if sample == "diluent":
        lines += ["dilution_factor = 1"]
    if sample == "beads":
        lines += [f"nominal_diameter_nm = {BEAD_NOMINAL_NM:g}", f"nominal_diameter_u_nm = {BEAD_NOMINAL_U_NM:g}"]
        lines += [f"nominal_concentration_per_ml = {BEAD_NOMINAL_PER_ML:.2e}"]
        lines += [f"nominal_concentration_u_per_ml = {BEAD_NOMINAL_U_PER_ML:.2e}"]
    if sample == "product":
        lines += ['stage = "final product"']
    for path in paths:
        lines += ["[[sample.file]]", f'path = "{path}"']
    return "\n".join(lines) + "\n"


ROLES = {
    "product": "product",
    "process blank": "process blank",
    "detergent": "detergent control",
    "beads": "reference bead",
    "diluent": "diluent blank",
}
_DILUTIONS = {
    "product": PRODUCT_DILUTION,
    "process blank": PROCESS_BLANK_DILUTION,
    "detergent": PRODUCT_DILUTION,
    "beads": BEAD_DILUTION,
}
