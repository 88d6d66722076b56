"""`evidence pool`, `evidence network`: studies of a table, together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from paracrine.cli.options import BaseOption, Json
from paracrine.cli.screen import print_json, print_notices, print_table
from paracrine.core.errors import InputError

Table = Annotated[Path, typer.Argument(help="CSV with a header line and one comparison a line.")]
OutFolder = Annotated[Path | None, typer.Option("--out", help="Where the page goes. [default: beside the table]")]
Where = Annotated[list[str] | None, typer.Option("--where", help="Keep rows with COLUMN=VALUE or COLUMN!=VALUE.")]
Measure = Annotated[str, typer.Option(help="Effect size: rr, or, rd, smd, md, rom, plo, irr … [default: by columns]")]


def add_to(group: typer.Typer) -> None:
    """Register the commands."""
    group.command("pool")(pool)
    group.command("network")(network)
    group.command("methods")(methods)


def pool(
    table: Table,
    measure: Measure = "",
    method: Annotated[str, typer.Option(help="Estimator of the variance between studies.")] = "reml",
    test: Annotated[str, typer.Option(help="z, t, hksj, adhoc or auto.")] = "auto",
    model: Annotated[str, typer.Option(help="auto, random, common, levels, mh, peto or mixed.")] = "auto",
    prediction: Annotated[str, typer.Option(help="Rule of the prediction interval: hts, hk, kr, test, z.")] = "hts",
    moderator: Annotated[list[str] | None, typer.Option(help="Numeric column for meta-regression.")] = None,
    by: Annotated[str, typer.Option(help="Column: an answer for each of its values.")] = "",
    common_tau2: Annotated[bool, typer.Option("--common-tau2", help="One variance for all groups of --by.")] = False,
    order: Annotated[str, typer.Option(help="Column in whose order studies are added up.")] = "",
    where: Where = None,
    shared: Annotated[str, typer.Option(help="Shared controls (column `control`): split or model.")] = "split",
    risk: Annotated[str, typer.Option(help="Keep studies at this overall risk of bias or less.")] = "",
    out: OutFolder = None,
    workspace: BaseOption = None,
    json: Json = False,
) -> None:
    """Pool the studies of TABLE and write a page with forest and funnel plots.

    People and animals, and doses of different units, are never pooled silently.

    Examples: `paracrine evidence pool trials.csv`, `paracrine evidence pool animals.csv --measure smd --by species`
    """
    from paracrine.bench import open_bench

    report = open_bench(workspace).evidence.pool(
        table, measure=measure, method=method, test=test, model=model, prediction=prediction,
        moderators=tuple(moderator or ()), by=by, common_tau2=common_tau2, order=order,
        where=tuple(where or ()), shared=shared, risk_at_most=risk, out=out or table.parent,
    )  # fmt: skip
    data = report.to_data()
    if json:
        print_json(data)
        return
    typer.echo(report.headline)
    for line in report.news:
        typer.echo(f"  since last time: {line}")
    for answer in data["answers"]:
        _show_studies(answer)
    notices = [*data["notices"], *(one for answer in data["answers"] for one in answer["notices"])]
    print_notices([(one["severity"], one["message"]) for one in notices])
    typer.echo(f"Page: {report.page} (ledger entry {report.entry})")


def _show_studies(answer: dict[str, Any]) -> None:
    rows = [
        (one["label"], one["detail"], _span(one["shown"]), _weight(answer, one), one["risk_overall"])
        for one in answer["studies"]
    ]
    if answer["pooled"]:
        rows.append(("Pooled", "", _span(answer["pooled"]), "", ""))
    print_table(("study", "data", answer["measure_title"], "weight %", "risk of bias"), rows, title=answer["group"])
    spread = answer["heterogeneity"]
    if spread:
        typer.echo(
            f"  tau2 {spread['tau2']:.3g}, I2 {spread['i2_pct']:.0f} %, Q {spread['q']:.3g} (p {spread['q_p']:.2g})"
        )
    for one in answer["coefficients"]:
        typer.echo(
            f"  {one['name']}: {one['value']:.3g} ({one['low']:.3g} to {one['high']:.3g}), p {one['p_value']:.2g}"
        )
    for one in answer["bias"]:
        p_value = f"p {one['p_value']:.2g}, " if one["p_value"] is not None else ""
        typer.echo(f"  {one['test']}: {p_value}{one['says']}")


def _weight(answer: dict[str, Any], study: dict[str, Any]) -> str:
    return f"{study['weight_pct']:.1f}" if answer["pooled"] else "–"


def _span(span: dict[str, float]) -> str:
    return f"{span['value']:.3g} ({span['low']:.3g} to {span['high']:.3g})"


def network(
    table: Table,
    measure: Measure = "",
    reference: Annotated[str, typer.Option(help="Treatment to compare with. [default: the most studied]")] = "",
    small: Annotated[str, typer.Option(help="Small effects are `good` or `bad`.")] = "good",
    model: Annotated[str, typer.Option(help="random, common (no variance between studies) or mh.")] = "random",
    method: Annotated[str, typer.Option(help="Estimator of the variance between studies: reml or dl.")] = "reml",
    where: Where = None,
    out: OutFolder = None,
    workspace: BaseOption = None,
    json: Json = False,
) -> None:
    """Pool comparisons of several treatments as a network, with ranking and inconsistency.

    Columns: study, treatment_1, treatment_2, effect, standard_error; or study, treatment, events, n, one arm a line.

    Example: `paracrine evidence network arms.csv --measure or --small bad`
    """
    from paracrine.bench import open_bench

    if small not in ("good", "bad"):
        raise InputError(f"small effects are good or bad, not {small!r}", where="--small")
    report = open_bench(workspace).evidence.network(
        table, measure=measure, reference=reference, small_is_good=small != "bad",
        model=model, method=method, where=tuple(where or ()), out=out or table.parent,
    )  # fmt: skip
    data = report.to_data()
    if json:
        print_json(data)
        return
    typer.echo(report.headline)
    rows = [(name, _span(found)) for name, found, _ in data["against"]]
    print_table((f"against {data['reference']}", data["measure_title"]), rows)
    print_table(("treatment", "P-score"), [(name, f"{score:.3f}") for name, score in data["ranking"]])
    print_notices([(one["severity"], one["message"]) for one in data["notices"]])
    typer.echo(f"Page: {report.page} (ledger entry {report.entry})")


def methods(json: Json = False) -> None:
    """List what can be pooled, how, and which methods of other programs are not offered.

    Example: `paracrine evidence methods`
    """
    from paracrine.bench import open_bench

    listed = open_bench().evidence.methods()
    if json:
        print_json(listed)
        return
    for title, rows in listed.items():
        print_table((title, "what"), [(row["name"], row["what"]) for row in rows], title=f"\n{title}")
