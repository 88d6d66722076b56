"""`track`: raw videos to sizes and counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paracrine.cli.options import Cluster, ExecutorName, Json, Workers, choose_executor
from paracrine.cli.screen import print_json, print_notices, progress_bars

if TYPE_CHECKING:
    from paracrine.bench.nta.track import TrackReport
    from paracrine.core.plan import VideoSettings

_NUMBER = "Number, or with its 95 % interval: 25±0.5 or 24..26."


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("track")(track)


def track(
    videos: Annotated[list[Path], typer.Argument(help="Raw AVI, TIFF stack, folder of PNG frames, or other video.")],
    pixel_um: Annotated[str | None, typer.Option(help=f"Pixel size in the sample, µm. {_NUMBER}")] = None,
    fps: Annotated[str | None, typer.Option(help="Frames per second of the recording.")] = None,
    exposure_ms: Annotated[str | None, typer.Option(help="Shutter time, ms.")] = None,
    temperature_c: Annotated[str | None, typer.Option(help=f"Of the liquid, °C. {_NUMBER}")] = None,
    viscosity_mpas: Annotated[str | None, typer.Option(help="Of the liquid at that temperature, mPa·s.")] = None,
    diluent: Annotated[str, typer.Option(help="Computes the viscosity instead: water, pbs.")] = "",
    depth_um: Annotated[str | None, typer.Option(help="Depth that is looked into, with its interval: 5±1.")] = None,
    bead_nm: Annotated[float | None, typer.Option(help="Size of the beads that gave the depth, nm.")] = None,
    bead_index: Annotated[float | None, typer.Option(help="Refractive index of these beads, 1.59 polystyrene.")] = None,
    assumed: Annotated[
        list[str] | None, typer.Option(help="Setting above that nobody measured; every page says so. Repeat.")
    ] = None,
    spot_px: Annotated[float | None, typer.Option(help="Rough diameter of a spot, px. [default: 9]")] = None,
    threshold: Annotated[float | None, typer.Option(help="Brightness over its noise. [default: 5.2]")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Particles are darker than the background.")] = False,
    still: Annotated[bool, typer.Option("--still", help="Take away first what never moves.")] = False,
    fewest_spots: Annotated[int | None, typer.Option(help="Shorter tracks are not sized. [default: 5]")] = None,
    refractive_index: Annotated[float | None, typer.Option(help="Of the particles. [default: 1.40]")] = None,
    index_spread: Annotated[float | None, typer.Option(help="From particle to particle. [default: 0.008]")] = None,
    out: Annotated[Path, typer.Option(help="A folder for each video goes below.")] = Path("tracked"),
    executor: ExecutorName = "",
    cluster: Cluster = "",
    workers: Workers = 0,
    json: Json = False,
) -> None:
    """Track the particles of raw videos: sizes with bands, particles per frame, concentration where it can be had.

    Each setting comes from the file where the file states it; else it must be given, or given and marked as assumed.
    A video analysed with the same settings and code is not analysed again. Exit code 2 when one could not be read.

    Example: `paracrine track B-1/*.avi --pixel-um 0.166 --fps 25 --exposure-ms 20 --temperature-c 25±0.5 --diluent pbs`
    """
    from paracrine.bench import open_bench

    settings = _settings(
        pixel_um=pixel_um,
        frames_per_s=fps,
        exposure_ms=exposure_ms,
        temperature_c=temperature_c,
        viscosity_mpas=viscosity_mpas,
        diluent=diluent or None,
        depth_um=depth_um,
        depth_bead_diameter_nm=bead_nm,
        depth_bead_refractive_index=bead_index,
        assumed=tuple(_setting_name(name) for name in assumed) if assumed else None,
        spot_diameter_px=spot_px,
        threshold_ratio=threshold,
        dark_spots=dark or None,
        still_removed=still or None,
        fewest_spots=fewest_spots,
        refractive_index=refractive_index,
        refractive_index_spread=index_spread,
    )
    with progress_bars(quiet=json) as progress:
        chosen = choose_executor(workers, name=executor, cluster=cluster)
        report = open_bench().nta.track(videos, settings, out=out, executor=chosen, progress=progress)
    _finish(report, json=json)


def _settings(**said: object) -> VideoSettings:
    from paracrine.core.plan import VideoSettings

    return VideoSettings.model_validate({name: value for name, value in said.items() if value is not None})


def _setting_name(option: str) -> str:
    name = option.lstrip("-").replace("-", "_")
    return "frames_per_s" if name == "fps" else name


def _finish(report: TrackReport, *, json: bool) -> None:
    if json:
        print_json(report.to_data())
    else:
        _show(report)
    if report.unreadable:
        raise typer.Exit(2)


def _show(report: TrackReport) -> None:
    if report.unchanged_count:
        done = "the same settings and code; it was not done again"
        typer.echo(f"{report.unchanged_count} of {len(report.videos)} videos were analysed before with {done}.")
    for video in report.videos:
        if video.analysis is None:
            continue
        typer.echo(report.headline_of(video))
        print_notices([(notice.severity.value, notice.message) for notice in video.analysis.notices])
        typer.echo(f"  {video.folder}/video.html  result.json  sizes.csv  particles.csv  tracks.csv  tracks.npz")
    for path, error in report.unreadable:
        typer.echo(f"paracrine: not analysed: {path}: {error.removeprefix(Path(path).name + ': ')}", err=True)
