"""`bench.fate`: the verbs on where vesicles go."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paracrine.bench.bench import Bench
    from paracrine.bench.fate.dosing import DoseReport
    from paracrine.bench.fate.exchanging import SbmlReport
    from paracrine.bench.fate.fitting import FitReport
    from paracrine.bench.fate.population import PopulationReport
    from paracrine.bench.fate.simulating import FateReport
    from paracrine.core.progress import Progress
    from paracrine.facts.disposition import TrialDose


class Fate:
    """Verbs over the fate models."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def simulate(
        self,
        species: str,
        dose: str,
        *,
        route: str = "iv",
        label: str = "none",
        surface: str = "native",
        disease: str = "none",
        size_from: str | Path | None = None,
        until_h: float = 48.0,
        duration_h: float = 0.0,
        weight_g: float | None = None,
        own_rows: str | Path | None = None,
        perfused: bool = False,
        ratio: str = "",
        posterior: str | Path | None = None,
        out: str | Path | None = None,
    ) -> FateReport:
        """Predict where a dose is and when.

        Args:
            species: mouse, rat or human.
            dose: with unit, such as `1e10particles`; `ug` and `cells` need a `ratio`.
            route: way into the body.
            label: class of the label whose signal stands beside intact vesicles.
            surface: what the surface carries.
            disease: state of the body.
            size_from: instrument file, or batch in the bench's workspace, that gives the sizes.
            until_h: last time wanted.
            duration_h: duration of an infusion.
            weight_g: body weight; None takes the species table's.
            own_rows: CSV of physiology rows of the user's, each with a source.
            perfused: whether the assay washes the blood out of organs.
            ratio: measured particles per ug or per cell, such as `2e9particles/ug`.
            posterior: file that `fit` wrote; None takes the posterior that ships.
            out: file of the page; None writes none.

        Raises:
            UnknownName: when a choice does not exist.
            InputError: when a number means nothing, or the dose has no unit.
            LimitError: when the question lies outside what the model holds for.

        Example:
            >>> report = open_bench().fate.simulate("mouse", "1e10particles", label="radiolabel")  # doctest: +SKIP
        """
        from paracrine.bench.fate.simulating import simulate_fate
        from paracrine.bench.fate.sizes import sizes_from

        sizes = None if size_from is None else sizes_from(size_from, bench=self._bench)
        return simulate_fate(
            species, dose, route=route, label=label, surface=surface, disease=disease, sizes=sizes, until_h=until_h,
            duration_h=duration_h, weight_g=weight_g,
            own_rows=None if own_rows is None else Path(own_rows), perfused=perfused, ratio=ratio,
            posterior=None if posterior is None else Path(posterior), out=None if out is None else Path(out),
        )  # fmt: skip

    def dose(
        self,
        given: str,
        wanted: str,
        *,
        organ: str = "liver",
        ratio: str = "",
        factors: str | Path | None = None,
        own_rows: str | Path | None = None,
        evidence: str | Path | None = None,
        out: str | Path | None = None,
    ) -> DoseReport:
        """Find the dose in another species with the same exposure: an extrapolation, never advice.

        Args:
            given: `SPECIES[@WEIGHT]:DOSE:ROUTE`, such as `mouse:1e10particles:iv`.
            wanted: `SPECIES[@WEIGHT][:ROUTE]`, such as `human`.
            organ: whose exposure is compared, beside that of blood.
            ratio: measured particles per ug or per cell.
            factors: CSV of scaling factors of the user's.
            own_rows: CSV of physiology rows of the user's.
            evidence: an evidence base; the doses its trials state take the place of shipped rows of the same trials.
            out: file of the page; None writes none.

        Raises:
            UnknownName: when a choice does not exist.
            InputError: when a side cannot be read.
            RecordError: when there is no such evidence base.
            LimitError: when the organ is not assessed in one of the species.
        """
        from paracrine.bench.fate.dosing import compare

        own, table = (None if place is None else Path(place) for place in (own_rows, factors))
        trials: tuple[TrialDose, ...] = ()
        if evidence is not None:
            from paracrine.bench.bench import open_bench

            trials = open_bench(str(evidence)).evidence.trial_doses()
        return compare(
            given, wanted, organ=organ, ratio=ratio, factors=table, own_rows=own, trials=trials,
            out=None if out is None else Path(out),
        )  # fmt: skip

    def fit(
        self,
        data: str | Path,
        *,
        perfused: bool = False,
        out: str | Path | None = None,
        progress: Progress | None = None,
    ) -> FitReport:
        """Fit time courses of one or several studies on top of the shipped posterior.

        Args:
            data: CSV with the columns of `fate.time_courses.COLUMNS`.
            perfused: whether the assay washed blood out of the organs.
            out: file of the page; the posterior goes beside it as JSON; None writes neither.
            progress: told after each fit.

        Raises:
            UnknownName: when an organ, unit, species, label or route does not exist.
            InputError: when a value cannot be meant.
            SolveError: when no peak is found.
        """
        from paracrine.bench.fate.fitting import fit_file
        from paracrine.core.progress import Silent

        place = None if out is None else Path(out)
        return fit_file(Path(data), perfused=perfused, out=place, progress=progress or Silent())

    def population(
        self,
        species: str,
        dose: str,
        *,
        individuals_count: int = 10_000,
        route: str = "iv",
        duration_h: float = 0.0,
        disease: str = "none",
        until_h: float = 48.0,
        weight_g: float | None = None,
        ratio: str = "",
        sensitivity: bool = True,
        seed: int = 1,
        workers: int = 0,
        out: str | Path | None = None,
        progress: Progress | None = None,
    ) -> PopulationReport:
        """Follow a dose through many bodies, and say which unknown makes the spread.

        Args:
            species: mouse, rat or human.
            dose: with unit, such as `1e10particles`; `ug` and `cells` need a `ratio`.
            individuals_count: how many bodies.
            route: way into the body.
            duration_h: of an infusion.
            disease: state of the body.
            until_h: last time wanted.
            weight_g: middle of the body weights; None takes the species table's.
            ratio: measured particles per ug or per cell.
            sensitivity: whether Sobol indices are wanted.
            seed: of the bodies; the number of workers changes no number.
            workers: threads; 0 takes one a core.
            out: file of the page; None writes none.
            progress: told after each thousand bodies.

        Raises:
            UnknownName: when a choice does not exist.
            InputError: when a number means nothing, or the dose has no unit.
            LimitError: when the question lies outside what the model holds for.
            MissingExtra: without SALib, when Sobol indices are wanted.
        """
        from paracrine.bench.fate.population import run_population
        from paracrine.core.progress import Silent
        from paracrine.fate.amount import in_particles, read_amount
        from paracrine.fate.population import PopulationQuestion

        question = PopulationQuestion(
            species=species, particles=in_particles(read_amount(dose), ratio), individuals_count=individuals_count,
            route=route, duration_h=duration_h, disease=disease, until_h=until_h, weight_g=weight_g, seed=seed,
        )  # fmt: skip
        place = None if out is None else Path(out)
        return run_population(
            question, sensitivity=sensitivity, workers=workers, out=place, progress=progress or Silent()
        )

    def write_sbml(
        self,
        species: str,
        dose: str,
        out: str | Path,
        *,
        model: str = "flow_limited_pbpk",
        route: str = "iv",
        duration_h: float = 0.0,
        parts: Iterable[str] = (),
        ratio: str = "",
    ) -> Path:
        """Write a model with a body and a dose as SBML; values are the defaults of the model file.

        Args:
            species: mouse, rat or human.
            dose: with unit, such as `1e10particles`.
            out: file of the model.
            model: a file of `fate/models`.
            route: way into the body.
            duration_h: of an infusion.
            parts: files of `fate/parts` to add.
            ratio: measured particles per ug or per cell.

        Raises:
            UnknownName: when a choice does not exist.
            InputError: when the dose means nothing.
            MissingExtra: without python-libsbml.
        """
        from paracrine.bench.fate.exchanging import save_sbml

        return save_sbml(
            species, dose, Path(out), model=model, route=route, duration_h=duration_h, parts=tuple(parts), ratio=ratio
        )

    def read_sbml(self, place: str | Path, *, until_h: float = 48.0, points_count: int = 7) -> SbmlReport:
        """Read an SBML model of reactions and follow it.

        Raises:
            InputError: when the file says more than a list of flows can.
            MissingExtra: without python-libsbml.
        """
        from paracrine.bench.fate.exchanging import follow_sbml

        return follow_sbml(Path(place), until_h=until_h, points_count=points_count)

    def write_petab(self, data: str | Path, out: str | Path, *, perfused: bool = False) -> tuple[Path, ...]:
        """Write a PEtab problem from time courses, as for `fit`, into a folder.

        Raises:
            UnknownName: when an organ, unit, species, label or route does not exist.
            InputError: when a value cannot be meant.
            MissingExtra: without python-libsbml.
        """
        from paracrine.bench.fate.exchanging import save_petab

        return save_petab(Path(data), Path(out), perfused=perfused)
