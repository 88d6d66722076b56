"""The line: verbs on a production line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from paracrine.core.errors import InputError

if TYPE_CHECKING:
    from paracrine.bench.bench import Bench
    from paracrine.bench.line_design import FrontReport
    from paracrine.bench.line_fit import FitReport
    from paracrine.bench.line_measure import MeasuredLine
    from paracrine.bench.line_next import NextReport
    from paracrine.bench.line_report import LineComparison, LineReport
    from paracrine.core.progress import Progress
    from paracrine.production.design import LineDesign
    from paracrine.production.line import LineResult
    from paracrine.production.prior import Posterior


class LineBench:
    """Design, run, compare and improve a production line (`bench.line`)."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def examples(self) -> tuple[str, ...]:
        """List the example lines that ship with the package."""
        folder = _examples()
        return tuple(sorted(path.stem for path in folder.glob("*.toml")))

    def write_example(self, name: str, out: str | Path) -> Path:
        """Write an example line to a file, ready to be edited.

        Raises:
            UnknownName: when there is no such example.
            InputError: when the file is there already or cannot be written.
        """
        from paracrine.bench.outputs import write_outputs
        from paracrine.core.catalog import nearest
        from paracrine.core.errors import UnknownName

        if name not in self.examples():
            raise UnknownName(f"no example line called {name!r}", hint=nearest(name, self.examples()))
        target = Path(out)
        if target.exists():
            raise InputError("there is such a file already", where=str(target), hint="choose another name")
        write_outputs(target.parent, {target.name: (_examples() / f"{name}.toml").read_bytes()})
        return target

    def read(self, path: str | Path) -> LineDesign:
        """Read a line from its TOML file.

        Raises:
            InputError: naming the key and the reason.
        """
        from paracrine.bench.line_form import read_line

        return read_line(Path(path))

    def run(
        self,
        line: str | Path | LineDesign,
        *,
        draws: int = 1000,
        seed: int = 1,
        fitted: str | Path | None = None,
        out: str | Path | None = None,
    ) -> LineReport:
        """Run a line: particles by origin, losses, protein, hours and cost, with their bands.

        Args:
            line: TOML file or design.
            draws: Monte Carlo draws.
            seed: of the draws.
            fitted: posterior file of `fit`; None takes the priors.
            out: folder for the page; None writes none.

        Raises:
            InputError: when the line makes no sense.
            LimitError: when a step is asked beyond a limit that was typed.
        """
        from paracrine.bench.line_report import LineReport
        from paracrine.production.line import run_line

        result = run_line(self._design(line), draws_count=draws, seed=seed, posterior=self._posterior(fitted))
        return LineReport(result, {} if out is None else _write_page(result, line, Path(out)))

    def compare(
        self,
        lines: Sequence[str | Path | LineDesign],
        *,
        draws: int = 1000,
        seed: int = 1,
        out: str | Path | None = None,
    ) -> LineComparison:
        """Compare lines with the first one, ratios first: what two lines share cancels.

        Args:
            lines: TOML files or designs, two or more; the first is the reference.
            draws: Monte Carlo draws, the same for all.
            seed: of the draws.
            out: folder for the page; None writes none.

        Raises:
            InputError: when fewer than two lines are given, or one makes no sense.
        """
        from paracrine.bench.line_report import LineComparison
        from paracrine.bench.outputs import write_outputs
        from paracrine.production.line import run_line
        from paracrine.report.line_comparison import line_comparison_html

        if len(lines) < 2:
            raise InputError("a comparison needs two lines or more", where="line compare")
        designs = _named_apart([self._design(line) for line in lines], "line compare")
        results = tuple(run_line(design, draws_count=draws, seed=seed) for design in designs)
        pages: dict[str, Path] = {}
        if out is not None:
            write_outputs(Path(out), {"lines.html": line_comparison_html(results).encode()})
            pages = {"lines.html": Path(out) / "lines.html"}
        return LineComparison(results, pages)

    def fit(
        self,
        batches: str | Path,
        lines: Sequence[str | Path | LineDesign],
        *,
        draws: int = 1000,
        seed: int = 1,
        out: str | Path | None = None,
        page: str | Path | None = None,
    ) -> FitReport:
        """Update platform and step parameters from batches: prior to posterior, and where the structure misfits.

        Args:
            batches: table with the columns batch, line, donor, output, value, cv_pct, or a workspace folder.
            lines: the lines the batches were made on; a workspace needs exactly one.
            draws: Monte Carlo draws of the lines before and after.
            seed: of the draws.
            out: file for the posterior, which `run` takes; None writes none.
            page: folder for the page; None writes none.

        Raises:
            InputError: when a row cannot be used.
            UnknownName: when a line or output is unknown.
        """
        import hashlib

        from paracrine.bench.bench import find_workspace
        from paracrine.bench.line_fit import batches_of_workspace, fit_report, read_batches
        from paracrine.store import open_workspace

        designs = _named_apart([self._design(line) for line in lines], "line fit")
        if not designs:
            raise InputError("which line were the batches made on?", where="line fit", hint="name its file")
        if Path(batches).is_dir():
            if len(designs) != 1:
                message = "a workspace does not say which line made a batch"
                raise InputError(message, where=str(batches), hint="give one line")
            workspace = open_workspace(find_workspace(batches), create=False)
            observations = batches_of_workspace(workspace, designs[0].name)
            source = (f"workspace {Path(batches).name}", "")
        else:
            observations = read_batches(Path(batches), [design.name for design in designs])
            source = (Path(batches).name, hashlib.sha256(Path(batches).read_bytes()).hexdigest())
        target, folder = (None if place is None else Path(place) for place in (out, page))
        return fit_report(observations, designs, draws=draws, seed=seed, out=target, page=folder, source=source)

    def optimise(
        self,
        line: str | Path,
        *,
        maximise: Sequence[str] = (),
        minimise: Sequence[str] = (),
        constrain: Sequence[str] = (),
        evaluations: int = 10000,
        seed: int = 1,
        fitted: str | Path | None = None,
        out: str | Path | None = None,
        progress: Progress | None = None,
    ) -> FrontReport:
        """Search the numbers a line lets vary for designs that no other beats.

        Args:
            line: TOML file with `[[vary]]` tables.
            maximise: outputs, or `yield`, `purity`, `recovery`.
            minimise: outputs, such as `cost` or `hours`.
            constrain: such as `hours<=130`.
            evaluations: designs to evaluate.
            seed: of the search.
            fitted: posterior file of `fit`; None takes the priors.
            out: folder for the page; None writes none.
            progress: told of each round.

        Raises:
            InputError: when nothing may vary, an objective is not assessed, or no design meets the constraints.
            UnknownName: when an output is unknown.
        """
        from paracrine.bench.line_design import FrontReport, read_line_and_space, require_space
        from paracrine.bench.outputs import write_outputs
        from paracrine.core.progress import Silent, stage
        from paracrine.production.optimise import Objective, optimise_line, parse_constraint
        from paracrine.report.line_front import front_html

        design, variables = read_line_and_space(Path(line))
        require_space(variables, Path(line).name)
        objectives = [Objective(name, True) for name in maximise] + [Objective(name, False) for name in minimise]
        population = min(100, max(8, evaluations // 10))
        with stage(progress or Silent(), "searching designs", max(1, evaluations // population)) as advance:
            front = optimise_line(
                design,
                variables,
                objectives,
                [parse_constraint(text) for text in constrain],
                evaluations=evaluations,
                population=population,
                seed=seed,
                posterior=self._posterior(fitted),
                on_round=advance,
            )
        pages: dict[str, Path] = {}
        if out is not None:
            write_outputs(Path(out), {"designs.html": front_html(front, name=design.name).encode()})
            pages = {"designs.html": Path(out) / "designs.html"}
        return FrontReport(design, front, pages)

    def next(
        self,
        line: str | Path,
        *,
        experiments: int = 6,
        data: str | Path | None = None,
        output: str = "yield",
        maximise: bool = True,
        seed: int = 1,
        fitted: str | Path | None = None,
        out: str | Path | None = None,
    ) -> NextReport:
        """Say what to try next: designs that fill the space, Bayesian ones once there are results.

        Args:
            line: TOML file with `[[vary]]` tables.
            experiments: how many.
            data: table of what was tried: a column for each variable, and one for the output.
            output: what is to be improved.
            maximise: or minimise.
            seed: of the choice.
            fitted: posterior file of `fit`, for the predictions beside the designs.
            out: folder for the page; None writes none.

        Raises:
            InputError: when nothing may vary, or the table cannot be used.
            MissingExtra: when there are results to learn from and BayBE is not installed.
        """
        from paracrine.bench.line_design import read_line_and_space, require_space
        from paracrine.bench.line_next import suggest_next

        design, variables = read_line_and_space(Path(line))
        require_space(variables, Path(line).name)
        return suggest_next(
            design,
            variables,
            count=experiments,
            data=None if data is None else Path(data),
            output=output,
            maximise=maximise,
            seed=seed,
            posterior=self._posterior(fitted),
            out=None if out is None else Path(out),
        )

    def measure(
        self,
        line: str | Path | LineDesign,
        out: str | Path,
        *,
        specification: str | Path | None = None,
        fitted: str | Path | None = None,
        seed: int = 1,
    ) -> MeasuredLine:
        """Fill the predicted product into virtual instruments and judge it by a specification, on the usual path.

        Args:
            line: TOML file or design; its central case is measured.
            out: folder of the virtual study and its certificate.
            specification: `spec.toml`; None judges nothing.
            fitted: posterior file of `fit`; None takes the priors.
            seed: of the instruments.

        Raises:
            InputError: when the folder holds something else, or nothing of the product could be seen.
        """
        from paracrine.bench.line_measure import MeasuredLine, write_virtual_study
        from paracrine.production.line import run_line

        result = run_line(self._design(line), draws_count=0, posterior=self._posterior(fitted))
        folder = Path(out)
        chosen = None if specification is None else Path(specification)
        predicted = write_virtual_study(result, folder, specification=chosen, seed=seed)
        return MeasuredLine(predicted, folder, self._bench.run(folder), "PREDICTED")

    def steps(self) -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
        """List the steps: name, title, law, and the keys of its settings (required ones end with `!`)."""
        from paracrine.production.step import STEPS

        return tuple(
            (
                module.__name__.rpartition(".")[2],
                module.STEP.title,
                module.STEP.method,
                tuple(f"{setting.key}{'!' if setting.required else ''}" for setting in module.SETTINGS),
            )
            for module in STEPS
        )

    def _posterior(self, fitted: str | Path | None) -> Posterior | None:
        from paracrine.bench.line_fit import read_posterior

        return None if fitted is None else read_posterior(Path(fitted))

    def _design(self, line: str | Path | LineDesign) -> LineDesign:
        from paracrine.production.design import LineDesign

        return line if isinstance(line, LineDesign) else self.read(line)


def _named_apart(designs: list[LineDesign], where: str) -> list[LineDesign]:
    """Refuse two lines of one name: nobody could tell their numbers apart."""
    names = [design.name for design in designs]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two lines are called {name!r}", where=where, hint="give each [line] a name of its own")
    return designs


def _write_page(result: LineResult, line: object, out: Path) -> dict[str, Path]:
    import hashlib

    from paracrine.bench.outputs import write_outputs
    from paracrine.report.line_page import line_html

    path = Path(line) if isinstance(line, str | Path) else None
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest() if path else ""
    page = line_html(result, made_from=path.name if path else "", sha256=sha256)
    write_outputs(out, {"line.html": page.encode()})
    return {"line.html": out / "line.html"}


def _examples() -> Path:
    return Path(__file__).parent.parent / "production" / "examples"
