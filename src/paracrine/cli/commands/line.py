"""`line`: a production line from seeded cells to filled vials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paracrine.cli.options import Json
from paracrine.cli.outcome import show_report
from paracrine.cli.screen import print_json, print_notices, print_table, progress_bars

if TYPE_CHECKING:
    from paracrine.bench.line_report import LineReport

SHOWN = 8
LineFile = Annotated[Path, typer.Argument(help="Line as TOML, every number with its unit.")]
Draws = Annotated[int, typer.Option(min=20, max=100000, help="Monte Carlo draws.")]
Seed = Annotated[int, typer.Option(help="Seed of the draws.")]
Page = Annotated[Path | None, typer.Option(help="Folder for the page; none is written without.")]


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(
        name="line",
        help="Design a production line: what it yields, where vesicles are lost, what limits it, what it costs.",
        no_args_is_help=True,
    )
    group.command("example")(example)
    group.command("run")(run)
    group.command("compare")(compare)
    group.command("fit")(fit)
    group.command("optimise")(optimise)
    group.command("next")(next_experiments)
    group.command("measure")(measure)
    group.command("steps")(steps)
    app.add_typer(group)


def example(
    name: Annotated[str, typer.Argument(help="Name of the example; without one they are listed.")] = "",
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("line.toml"),
) -> None:
    """Write an example line to a file, ready to be edited.

    Example: `paracrine line example flasks_ultracentrifuge --out line.toml`
    """
    from paracrine.bench import open_bench

    line = open_bench().line
    if not name:
        typer.echo("\n".join(line.examples()))
        return
    typer.echo(f"Wrote {line.write_example(name, out)}. Edit it, then: paracrine line run {out}")


def run(
    line: LineFile,
    draws: Draws = 1000,
    seed: Seed = 1,
    fitted: Annotated[Path | None, typer.Option(help="Posterior file of `line fit`.")] = None,
    out: Page = None,
    json: Json = False,
) -> None:
    """Run a line: particles by origin, losses by step, protein, hours and cost, each with its band.

    Example: `paracrine line run line.toml --out pages`
    """
    from paracrine.bench import open_bench

    report = open_bench().line.run(line, draws=draws, seed=seed, fitted=fitted, out=out)
    if json:
        print_json(report.to_data())
        return
    show_line(report)


def compare(
    lines: Annotated[list[Path], typer.Argument(help="Two lines or more; the first is the reference.")],
    draws: Draws = 1000,
    seed: Seed = 1,
    out: Page = None,
    json: Json = False,
) -> None:
    """Compare lines, ratios first: what two lines share cancels, so ratios are sharper than yields.

    Example: `paracrine line compare flasks.toml tank.toml --out pages`
    """
    from paracrine.bench import open_bench

    found = open_bench().line.compare(lines, draws=draws, seed=seed, out=out)
    if json:
        print_json(found.to_data())
        return
    typer.echo(found.headline)
    first, *others = (result.design.name for result in found.results)
    print_table(("output", *(f"{name} ÷ {first}" for name in others)), found.ratio_rows())
    for name, path in found.pages.items():
        typer.echo(f"{name}: {path}")


def fit(
    batches: Annotated[Path, typer.Argument(help="Table of batches (CSV), or a workspace folder.")],
    line: Annotated[list[Path], typer.Option(help="Line the batches were made on; several may be given.")],
    draws: Draws = 1000,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(help="File for the posterior.")] = None,
    page: Page = None,
    json: Json = False,
) -> None:
    """Update a line from your own batches: what was learnt, which prediction improved, where the structure misfits.

    The table has the columns batch, line, donor, output, value, cv_pct; `line run --json` lists the outputs.

    Example: `paracrine line fit batches.csv --line flasks.toml --line tank.toml --out posterior.json --page pages`
    """
    from paracrine.bench import open_bench

    report = open_bench().line.fit(batches, line, draws=draws, seed=seed, out=out, page=page)
    if json:
        print_json(report.to_data())
        return
    typer.echo(report.headline)
    print_table(("parameter", "prior", "posterior", "spread left"), report.parameter_rows())
    print_table(("line", "output", "by prior, 95 % band", "by posterior, 95 % band", "narrower"), report.output_rows())
    typer.echo(f"Between donors {report.fit.donor_sd:.2f}, between batches {report.fit.batch_sd:.2f} (log scale).")
    for text in report.misfits:
        typer.echo(f"  misfit: {text}")
    for text in report.contradictions:
        typer.echo(f"  against the literature: {text}")
    for name, path in report.pages.items():
        typer.echo(f"{name}: {path}")
    if report.path:
        typer.echo(f"Posterior: {report.path}. Use it: paracrine line run LINE --fitted {report.path}")


def optimise(
    line: LineFile,
    maximise: Annotated[
        list[str] | None, typer.Option(help="Output to make large: yield, purity, recovery ...")
    ] = None,
    minimise: Annotated[list[str] | None, typer.Option(help="Output to make small: cost, hours ...")] = None,
    constrain: Annotated[list[str] | None, typer.Option(help='Such as "hours<=130".')] = None,
    evaluations: Annotated[int, typer.Option(min=100, max=1000000, help="Designs to evaluate.")] = 10000,
    seed: Seed = 1,
    fitted: Annotated[Path | None, typer.Option(help="Posterior file of `line fit`.")] = None,
    out: Page = None,
    json: Json = False,
) -> None:
    """Search the numbers a line lets vary ([[vary]]) for designs that no other beats, and say what limits each.

    Example: `paracrine line optimise line.toml --maximise yield --maximise purity --minimise cost --out pages`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        found = open_bench().line.optimise(
            line,
            maximise=maximise or (),
            minimise=minimise or (),
            constrain=constrain or (),
            evaluations=evaluations,
            seed=seed,
            fitted=fitted,
            out=out,
            progress=progress,
        )
    if json:
        print_json(found.to_data())
        return
    typer.echo(found.headline)
    front = found.front
    print_table(found.heads(), found.rows(at_most=SHOWN))
    for number, point in enumerate(front.points[:SHOWN], 1):
        typer.echo(f"  {number}. {point.limits}")
    for name, path in found.pages.items():
        typer.echo(f"{name}: {path}")


def next_experiments(
    line: LineFile,
    experiments: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 6,
    data: Annotated[Path | None, typer.Option(help="Table of what was tried: variables and the output.")] = None,
    output: Annotated[str, typer.Option(help="What is to be improved.")] = "yield",
    minimise: Annotated[bool, typer.Option("--minimise", help="Make it small instead of large.")] = False,
    fitted: Annotated[Path | None, typer.Option(help="Posterior file of `line fit`.")] = None,
    seed: Seed = 1,
    out: Page = None,
    json: Json = False,
) -> None:
    """Say what to try next: designs that fill the space first, Bayesian ones once there are results (extra [design]).

    Example: `paracrine line next line.toml --experiments 6 --data tried.csv`
    """
    from paracrine.bench import open_bench

    found = open_bench().line.next(
        line,
        experiments=experiments,
        data=data,
        output=output,
        maximise=not minimise,
        seed=seed,
        fitted=fitted,
        out=out,
    )
    if json:
        print_json(found.to_data())
        return
    typer.echo(found.headline)
    print_table(found.heads(), found.rows())
    for name, path in found.pages.items():
        typer.echo(f"{name}: {path}")


def measure(
    line: LineFile,
    out: Annotated[Path, typer.Option(help="Folder of the virtual study.")] = Path("predicted"),
    spec: Annotated[Path | None, typer.Option(help="Specification to judge it by.")] = None,
    fitted: Annotated[Path | None, typer.Option(help="Posterior file of `line fit`.")] = None,
    seed: Seed = 1,
    json: Json = False,
) -> None:
    """Fill the predicted product into virtual instruments and judge it by your specification.

    Example: `paracrine line measure line.toml --spec spec.toml --out predicted`
    """
    from paracrine.bench import open_bench

    found = open_bench().line.measure(line, out, specification=spec, fitted=fitted, seed=seed)
    if json:
        print_json(found.to_data())
        return
    typer.echo(found.headline)
    show_report(found.run)


def steps(json: Json = False) -> None:
    """List the steps a line can have, with their laws and settings.

    Example: `paracrine line steps`
    """
    from paracrine.bench import open_bench

    found = open_bench().line.steps()
    if json:
        keys = ("name", "title", "law", "settings")
        print_json([dict(zip(keys, row, strict=True)) for row in found])
        return
    print_table(("step", "law", "settings (! required)"), [(n, law, ", ".join(keys)) for n, _, law, keys in found])


def show_line(report: LineReport) -> None:
    """Print what a line gives."""
    typer.echo(report.headline)
    print_table(("output", "95 % band", "depends most on"), report.output_rows())
    print_table(("where", "loss", "cell-derived particles, 95 % band", "of the harvest"), report.loss_rows())
    print_notices([(n.severity.value, f"{n.concerns}: {n.message}") for n in report.result.notices])
    for name, path in report.pages.items():
        typer.echo(f"{name}: {path}")
