"""One batch's results, limits and verdicts, all values different."""

from __future__ import annotations

from certificate_parts import DLS_FILE, NTA_FILE, measured, outside, quantity, relative_budget, replicates, source

from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.measurement import Beside, Measurement, State
from paracrine.core.notice import Notice, Severity
from paracrine.core.product import Role
from paracrine.core.provenance import Provenance
from paracrine.core.quantity import Basis
from paracrine.core.specification import DecisionRule, Limit, LimitKind, Outcome, Verdict

CONCENTRATIONS = [1.31e11, 1.18e11, 2.61e11, 1.24e11, 1.27e11]
BLANK_NOTICE = Notice(
    code="blank-not-subtracted",
    message="The blank level is stated beside the result and is not subtracted.",
    severity=Severity.NOTE,
    concerns="particle_concentration_per_ml",
)
DRIFT = Notice(
    code="drift-too-high",
    message="Video 4 drifted by 4.2 µm/s; sizes above 200 nm may be too small.",
    severity=Severity.CAUTION,
    concerns="diameter_d90_nm",
    action="Repeat video 4 after the temperature is stable, or exclude it with a reason.",
)


def diameters() -> list[Measurement]:
    return [
        measured(
            f"diameter_{short}_nm",
            title,
            quantity(value, "nm", value - half, value + half),
            measurand=Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER),
            budget=relative_budget(
                ("between videos", half / value / 2.8, 4.0, None),
                ("bead calibration", 0.006, None, "beads"),
                calibrated=True,
            ),
            replicates=replicates(
                f"diameter_{short}_nm", [value - 2.1, value + 1.2, value + 0.3, value - 0.6, value + 1.9], "nm"
            ),
            beside=(
                Beside(
                    label="vendor's software",
                    quantity=quantity(value + 0.7, "nm"),
                    source=source(NTA_FILE, short, "line 40"),
                ),
            ),
            notices=(DRIFT,) if short == "d90" else (),
        )
        for short, title, value, half in (
            ("d10", "D10 diameter", 78.42, 3.3),
            ("d50", "D50 diameter", 121.63, 4.8),
            ("d90", "D90 diameter", 204.71, 12.4),
            ("mean", "Mean diameter", 131.9, 5.2),
        )
    ]


def nta_measurements() -> list[Measurement]:
    return [
        measured(
            "particle_concentration_per_ml",
            "Particle concentration",
            quantity(1.25e11, "1/mL", 1.09e11, 1.41e11),
            budget=relative_budget(
                ("counting", 0.021, None, None),
                ("between videos", 0.048, 3.0, None),
                ("dilution", 0.015, None, "dilution-DP-1"),
            ),
            replicates=replicates("particle_concentration_per_ml", CONCENTRATIONS, "1/mL", excluded=3),
            beside=(
                Beside(
                    label="vendor's software",
                    quantity=quantity(1.52e11, "1/mL"),
                    source=source(NTA_FILE, "Concentration", "line 31"),
                ),
                Beside(label="with every replicate", quantity=quantity(1.522e11, "1/mL", 0.78e11, 2.26e11)),
            ),
            notices=(BLANK_NOTICE,),
        ),
        measured(
            "particle_concentration_per_ml",
            "Particle concentration",
            quantity(2.3e7, "1/mL", 1.1e7, 4.2e7, basis=Basis.COUNTING),
            sample="PBS",
            role=Role.DILUENT_BLANK,
        ),
        *diameters(),
        measured(
            "diameter_d50_nm",
            "D50 diameter",
            quantity(101.3, "nm", 98.9, 103.7),
            sample="Beads 100 nm",
            role=Role.REFERENCE_BEAD,
        ),
        measured("particles_in_window_pct", "Particles of 50 to 200 nm", quantity(88.4, "%", 85.9, 90.9)),
    ]


def other_measurements() -> list[Measurement]:
    dls = {
        "technique": "DLS",
        "method": "Zetasizer cumulants",
        "provenance": Provenance(
            sources=(source(DLS_FILE, "Z-Average", "record 3"),),
            made_by="characterization.metrics.z_average",
            software_version="0.1.0",
        ),
    }
    return [
        measured("z_average_nm", "Z-average diameter", quantity(146.2, "nm", 143.1, 149.3), **dls),
        measured("zeta_potential_mv", "Zeta potential", quantity(-23.41, "mV", -25.2, -21.6), **dls),
        measured("particles_per_ug_protein", "Particles per µg protein", quantity(3.4e8, "particles/ug", 2.6e8, 4.4e8)),
        measured(
            "particles_per_cell",
            "Particles per producing cell",
            None,
            state=State.NOT_ASSESSED,
            reason="study.toml does not state how many cells the batch was made with",
        ),  # type: ignore[arg-type]
        outside("sterility", "Sterility", finding="no growth"),
        outside(
            "endotoxin_eu_per_ml",
            "Endotoxin",
            quantity=quantity(0.1, "EU/mL", comparator="<"),
            method="Ph. Eur. 2.6.14",
        ),
        outside("marker_cd63", "CD63", finding="positive", method="bead assay"),
        outside("calnexin", "Calnexin", finding="negative", method="western blot"),
        measured(
            "potency",
            "Potency",
            None,
            state=State.NOT_ASSESSED,
            reason="no result in results.csv",
            method="",
            technique="",
        ),  # type: ignore[arg-type]
    ]


def limits() -> list[Limit]:
    def limit(attribute: str, title: str, group: str, **other: object) -> Limit:
        return Limit(attribute=attribute, title=title, group=group, source="user", **other)

    return [
        limit(
            "particle_concentration_per_ml",
            "Particle concentration",
            "quantity",
            unit="1/mL",
            low=1.0e11,
            decimals=1,
            rule=DecisionRule.GUARD_BAND,
        ),
        limit("diameter_d50_nm", "D50 diameter", "purity", unit="nm", low=80.0, high=200.0),
        limit(
            "diameter_d90_nm", "D90 diameter", "purity", unit="nm", high=210.0, decimals=0, rule=DecisionRule.GUARD_BAND
        ),
        limit(
            "particles_in_window_pct",
            "Particles of 50 to 200 nm",
            "purity",
            unit="%",
            low=90.0,
            decimals=1,
            limit_kind=LimitKind.PERCENT_IN_RANGE,
        ),
        limit("particles_per_ug_protein", "Particles per µg protein", "purity", unit="particles/ug", low=1e8),
        limit("marker_cd63", "CD63", "identity", limit_kind=LimitKind.FINDING, accept=("positive",)),
        limit("calnexin", "Calnexin", "identity", limit_kind=LimitKind.FINDING, accept=("negative", "not detected")),
        limit("sterility", "Sterility", "safety", limit_kind=LimitKind.FINDING, accept=("no growth",)),
        limit("endotoxin_eu_per_ml", "Endotoxin", "safety", unit="EU/mL", high=0.5, high_inclusive=False),
        limit("potency", "Potency", "potency", unit="%", low=80.0, high=125.0),
        limit("zeta_potential_mv", "Zeta potential", "identity", limit_kind=LimitKind.REPORT),
    ]


JUDGED = {
    "particle_concentration_per_ml": (Outcome.PASS, Outcome.PASS, "1.1e11 to 1.4e11 lies above 1.0e11"),
    "diameter_d90_nm": (Outcome.BORDERLINE, Outcome.PASS, "the limit 210 nm lies inside the interval 192 to 217 nm"),
    "particles_in_window_pct": (Outcome.FAIL, Outcome.BORDERLINE, "88.4 % is below 90.0 %"),
    "potency": (Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED, "no result in results.csv"),
    "zeta_potential_mv": (Outcome.REPORTED, None, "reported only"),
}


def verdicts_of(measurements: list[Measurement], found: list[Limit], *, clean: bool = False) -> list[Verdict]:
    verdicts = []
    for limit in found:
        outcome, other, reason = JUDGED.get(limit.attribute, (Outcome.PASS, Outcome.PASS, "inside the limit"))
        if clean and outcome in (Outcome.FAIL, Outcome.BORDERLINE):
            outcome, other, reason = Outcome.PASS, Outcome.PASS, "inside the limit"
        result = next(m for m in measurements if m.attribute == limit.attribute and m.role is Role.PRODUCT)
        verdicts.append(
            Verdict(
                batch="B-017",
                limit=limit,
                outcome=outcome,
                reason=reason,
                other_rule=DecisionRule.SIMPLE if limit.rule is DecisionRule.GUARD_BAND else DecisionRule.GUARD_BAND,
                other_outcome=None if limit.limit_kind is LimitKind.FINDING else other,
                quantity=result.quantity,
                finding=result.finding,
                sample=result.sample,
                method=result.method,
                evidence=("entry 12",),
            )
        )
    return verdicts
