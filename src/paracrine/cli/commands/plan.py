"""`plan nta`: how much to record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from paracrine.cli.options import Json, Workers, choose_executor
from paracrine.cli.screen import print_json, print_table, progress_bars

if TYPE_CHECKING:
    from paracrine.bench.nta.plan import PlanReport


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(no_args_is_help=True, help="Plan a measurement before it is made.")
    group.command("nta")(plan_nta)
    app.add_typer(group, name="plan")


def plan_nta(
    d50: Annotated[float, typer.Option(help="Expected median diameter, nm.")],
    precision: Annotated[str, typer.Option(help="Wanted 95 % half width of D50: 5% or 0.05.")] = "5%",
    spread: Annotated[float, typer.Option(help="Expected geometric standard deviation of the sizes.")] = 1.3,
    concentration: Annotated[float | None, typer.Option(help="Of the undiluted sample, per mL.")] = None,
    seconds: Annotated[float, typer.Option(help="Length of a video.")] = 30.0,
    pixel_um: Annotated[str | None, typer.Option(help="Pixel size in the sample, µm.")] = None,
    fps: Annotated[str | None, typer.Option(help="Frames per second.")] = None,
    exposure_ms: Annotated[str | None, typer.Option(help="Shutter time, ms.")] = None,
    temperature_c: Annotated[
        str | None, typer.Option(help="Of the liquid, °C, best with its interval: 25±0.5.")
    ] = None,
    viscosity_mpas: Annotated[str | None, typer.Option(help="Of the liquid, mPa·s.")] = None,
    diluent: Annotated[str | None, typer.Option(help="Computes the viscosity instead: water, pbs.")] = None,
    depth_um: Annotated[str | None, typer.Option(help="Depth that is looked into: 7.5±1.5.")] = None,
    width: Annotated[int, typer.Option(help="Of a frame, px.")] = 640,
    height: Annotated[int, typer.Option(help="Of a frame, px.")] = 480,
    trials: Annotated[int, typer.Option(min=0, help="Virtual videos that try the theory; 0 tries none.")] = 8,
    workers: Workers = 0,
    json: Json = False,
) -> None:
    """Say how many frames and videos at which dilution bring D50 to the wanted precision.

    From theory: Cramér-Rao bound of the tracks, return of particles into view, distance between particles; tried on
    virtual videos. What is not stated is assumed and named.

    Example: `paracrine plan nta --d50 120 --precision 5% --concentration 2e11 --temperature-c 25±0.5 --diluent pbs`
    """
    from paracrine.bench import open_bench

    said = {
        "pixel_um": pixel_um,
        "frames_per_s": fps,
        "exposure_ms": exposure_ms,
        "temperature_c": temperature_c,
        "viscosity_mpas": viscosity_mpas,
        "diluent": diluent,
        "depth_um": depth_um,
    }
    with progress_bars(quiet=json) as progress:
        report = open_bench().nta.plan(
            d50,
            precision,
            said={name: value for name, value in said.items() if value is not None},
            gsd_ratio=spread,
            concentration_per_ml=concentration,
            duration_s=seconds,
            frame_px=(width, height),
            trials=trials,
            executor=choose_executor(workers),
            progress=progress,
        )
    print_json(report.to_data()) if json else _show(report)


def _show(report: PlanReport) -> None:
    typer.echo(report.headline)
    rows = [
        (
            f"{row.duration_s:g}",
            f"{row.frames_count}",
            f"{row.videos_count}",
            f"{row.duration_s * row.videos_count:g}",
            f"{row.particles_count:.0f}",
            f"± {row.half_width_pct:.1f} %",
            f"± {row.count_half_width_pct:.1f} %",
        )
        for row in report.rows
    ]
    heads = ("video, s", "frames", "videos", "in all, s", "independent particles", "D50 reaches", "count reaches")
    print_table(heads, rows)
    if report.systematic_pct:
        typer.echo(f"Settings alone make ± {report.systematic_pct:.2g} %, whatever is recorded.")
    if report.trial:
        trial = report.trial
        word = "so the plan holds" if trial.agrees else "theory PROMISES TOO MUCH here: plan for more"
        typer.echo(
            f"Tried on {trial.videos_count} virtual videos of a quarter field: D50 scatters by "
            f"{trial.scatter_pct:.2g} % ({trial.low_pct:.2g} to {trial.high_pct:.2g} %), "
            f"theory says {trial.theory_pct:.2g} %; {word}."
        )
    elif report.untried:
        typer.echo(f"Not tried on virtual videos: {report.untried}")
    typer.echo("Assumed:")
    for line in report.assumptions:
        typer.echo(f"  {line}")
