"""What the simulated campaign is made of: three batches, shared controls, results from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from paracrine.instruments.truth import Population

PRODUCT_NAME = "Simulated MSC-EV concentrate"
PRODUCT_DILUTION = 1000.0
DILUTION_STEPS = 2
PIPETTING_CV_PCT = 1.5
PROCESS_BLANK_DILUTION = 20.0
BEAD_DILUTION = 2500.0
BEAD_NOMINAL_NM, BEAD_NOMINAL_U_NM = 100.0, 3.0
BEAD_NOMINAL_PER_ML, BEAD_NOMINAL_U_PER_ML = 3.0e11, 1.5e10
WINDOW_LOW_NM, WINDOW_HIGH_NM = 50.0, 200.0

BEADS = Population.lognormal(100.6, 1.035, concentration_per_ml=3.1e11)
DILUENT = Population.lognormal(84.0, 1.6, concentration_per_ml=2.4e5)
PROCESS_BLANK = Population.lognormal(91.0, 1.55, concentration_per_ml=1.9e9)


@dataclass(frozen=True)
class BatchRecipe:
    """One batch as it really is.

    Attributes:
        name: of the batch.
        made_on: ISO date.
        measured_on: ISO date.
        population: particles of the final product.
        protein_ug_per_ml: of the final product.
        plate_dilution: of the product on the protein plate.
        detergent_left_frac: share of particles that detergent leaves.
        zeta_potential_mv: mean.
        cells_count: producing cells.
        medium_volume_ml: conditioned medium collected.
        product_volume_ml: final product made.
        potency_pct: inhibition of proliferation reported by the assay laboratory.
        potency_u_pct: its standard uncertainty.
        nanosight_states_dilution: whether the dilution was typed into the tracking software.
        failing: attributes that are out of specification by design.
    """

    name: str
    made_on: str
    measured_on: str
    population: Population
    protein_ug_per_ml: float
    plate_dilution: float
    detergent_left_frac: float
    zeta_potential_mv: float
    cells_count: float
    medium_volume_ml: float
    product_volume_ml: float
    potency_pct: float
    potency_u_pct: float
    nanosight_states_dilution: bool = True
    failing: tuple[str, ...] = ()


BATCHES = (
    BatchRecipe(
        name="B-001",
        made_on="2026-05-04",
        measured_on="2026-05-11",
        population=Population((0.85, 0.15), (98.0, 165.0), (1.32, 1.40), 1.15e11),
        protein_ug_per_ml=20.5,
        plate_dilution=1.0,
        detergent_left_frac=0.04,
        zeta_potential_mv=-14.6,
        cells_count=2.4e8,
        medium_volume_ml=500.0,
        product_volume_ml=10.0,
        potency_pct=82.0,
        potency_u_pct=3.5,
    ),
    BatchRecipe(
        name="B-002",
        made_on="2026-05-06",
        measured_on="2026-05-13",
        population=Population((0.87, 0.13), (101.0, 158.0), (1.30, 1.42), 1.04e11),
        protein_ug_per_ml=18.4,
        plate_dilution=1.0,
        detergent_left_frac=0.05,
        zeta_potential_mv=-13.1,
        cells_count=2.2e8,
        medium_volume_ml=480.0,
        product_volume_ml=9.6,
        potency_pct=79.0,
        potency_u_pct=3.4,
        nanosight_states_dilution=False,
    ),
    BatchRecipe(
        name="B-003",
        made_on="2026-05-08",
        measured_on="2026-05-15",
        population=Population((0.62, 0.38), (108.0, 235.0), (1.35, 1.40), 8.2e10),
        protein_ug_per_ml=78.0,
        plate_dilution=2.0,
        detergent_left_frac=0.11,
        zeta_potential_mv=-10.4,
        cells_count=2.3e8,
        medium_volume_ml=510.0,
        product_volume_ml=10.4,
        potency_pct=76.0,
        potency_u_pct=3.3,
        failing=("diameter_d90_nm", "particles_per_ug_protein"),
    ),
)


FACTS = {
    "culture.cell_type": "mesenchymal stromal cells of bone marrow, simulated",
    "culture.donor": "one simulated donor",
    "culture.medium": "serum-free, simulated",
    "culture.serum_ev_depletion": "not applicable",
    "culture.passage": "4",
    "culture.confluence": "80 %",
    "culture.viability": "96 %",
    "culture.collection_time": "48 h",
    "separation.method": "tangential flow filtration, size-exclusion chromatography",
    "storage.temperature": "-80 degC",
    "storage.buffer": "PBS",
    "nomenclature.term": "extracellular vesicles",
}
"""Answers to questions of the rule books; others are left open, as in a real study."""


@dataclass(frozen=True)
class OutsideResult:
    """A result from elsewhere, the same for every batch but potency."""

    attribute: str
    value: str
    unit: str
    method: str
    laboratory: str


OUTSIDE_RESULTS = (
    OutsideResult("sterility", "no growth", "", "membrane filtration, 14 days", "Simulated Microbiology"),
    OutsideResult("endotoxin_eu_per_ml", "<0.1", "EU/mL", "kinetic chromogenic LAL", "Simulated Microbiology"),
    OutsideResult("mycoplasma", "not detected", "", "qPCR", "Simulated Microbiology"),
    OutsideResult("marker_cd9", "positive", "", "bead-based flow cytometry", "Simulated EV Laboratory"),
    OutsideResult("marker_cd63", "positive", "", "bead-based flow cytometry", "Simulated EV Laboratory"),
    OutsideResult("marker_cd81", "positive", "", "bead-based flow cytometry", "Simulated EV Laboratory"),
    OutsideResult("marker_tsg101", "positive", "", "western blot", "Simulated EV Laboratory"),
    OutsideResult("marker_calnexin", "negative", "", "western blot", "Simulated EV Laboratory"),
)
POTENCY_METHOD = "inhibition of T-cell proliferation, CFSE"
POTENCY_LABORATORY = "Simulated Immunology"
