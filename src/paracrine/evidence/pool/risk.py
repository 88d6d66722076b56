"""Risk of bias by domain, as judged by people: a table beside the studies, shown and usable as a filter."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.evidence.pool.table import StudyTable

MARKS = {
    "low": "+", "some concerns": "?", "moderate": "?", "unclear": "?", "no information": "0", "high": "-",
    "serious": "-", "critical": "!", "not judged": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RiskTool:
    """A tool: its domains with a question each, and its judgements from best to worst."""

    id: str
    title: str
    source: str
    basis: str
    judgements: tuple[str, ...]
    domains: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One study's judgements, by domain, and overall as the worst of them unless stated."""

    study: str
    judgements: Mapping[str, str]
    overall: str
    overall_is_stated: bool


@dataclass(frozen=True, slots=True)
class RiskTable:
    """All judgements by one tool."""

    tool: RiskTool
    rows: tuple[RiskRow, ...]

    def overall(self, study: str) -> str:
        """Return the overall judgement of a study, `not judged` where there is none."""
        return next((row.overall for row in self.rows if row.study == study), "not judged")


@cache
def risk_tools() -> Mapping[str, RiskTool]:
    """Return the tools by id."""
    folder = files("paracrine.evidence").joinpath("risk_of_bias")
    tools = {}
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".toml"):
            data = tomllib.loads(entry.read_text("utf-8"))
            tools[data["id"]] = RiskTool(**{**data, "judgements": tuple(data["judgements"])})
    return tools


def find_tool(name: str) -> RiskTool:
    """Return a tool by id.

    Raises:
        UnknownName: when there is none.
    """
    if name not in risk_tools():
        raise UnknownName(f"no risk-of-bias tool called {name!r}", hint=nearest(name, risk_tools()))
    return risk_tools()[name]


def read_risk(table: StudyTable) -> RiskTable | None:
    """Read the columns `risk_DOMAIN`, `risk_overall` and `risk_tool`; None where there are none.

    Raises:
        InputError: when a domain or judgement is not one of the tool, or the tool differs between rows.
    """
    columns = [name for name in table.columns if name.startswith("risk_") and name != "risk_tool"]
    if not columns:
        return None
    tool = _tool(table, columns)
    domains = [name.removeprefix("risk_") for name in columns if name != "risk_overall"]
    for domain in domains:
        if domain not in tool.domains:
            hint = f"its columns: {', '.join(f'risk_{name}' for name in (*tool.domains, 'overall'))}"
            raise InputError(f"{tool.title} has no domain {domain!r}", where=table.name, hint=hint)
    rows = []
    for study, row, line in zip(table.labels, table.rows, table.lines, strict=True):
        judged = {domain: row[f"risk_{domain}"].strip().lower() or "not judged" for domain in domains}
        stated = row.get("risk_overall", "").strip().lower()
        for word in (*judged.values(), *([stated] if stated else [])):
            if word not in (*tool.judgements, "not judged"):
                known = ", ".join(tool.judgements)
                raise InputError(
                    f"{word!r} is no judgement of {tool.title}", where=f"{table.name} line {line}", hint=known
                )
        rows.append(RiskRow(study, judged, stated or worst(tool, judged), bool(stated)))
    return RiskTable(tool, tuple(rows))


def worst(tool: RiskTool, judged: Mapping[str, str]) -> str:
    """Return the worst judgement; `not judged` when a domain was not judged and none is at the worst."""
    ranks = [tool.judgements.index(word) for word in judged.values() if word in tool.judgements]
    if not ranks:
        return "not judged"
    found = tool.judgements[max(ranks)]
    return found if len(ranks) == len(judged) or found == tool.judgements[-1] else "not judged"


def keep_by_risk(table: StudyTable, risk: RiskTable | None, at_most: str) -> tuple[StudyTable, RiskTable | None]:
    """Return the studies judged no worse than `at_most`; those not judged are left out.

    Raises:
        InputError: when there is no risk table, the word is not a judgement, or nothing is left.
    """
    if not at_most:
        return table, risk
    if risk is None:
        raise InputError("there is no risk of bias in this table", hint="columns risk_DOMAIN, risk_overall")
    order = risk.tool.judgements
    if at_most.lower() not in order:
        raise InputError(f"{at_most!r} is no judgement of {risk.tool.title}", hint=", ".join(order))
    allowed = set(order[: order.index(at_most.lower()) + 1])
    kept = [i for i, row in enumerate(risk.rows) if row.overall in allowed]
    if not kept:
        raise InputError(f"no study is at risk {at_most} or less", where=table.name)
    return table.keep(kept), RiskTable(risk.tool, tuple(risk.rows[i] for i in kept))


def _tool(table: StudyTable, columns: list[str]) -> RiskTool:
    if "risk_tool" in table.columns:
        named = {word.lower() for word in table.words("risk_tool") if word}
        if len(named) != 1:
            hint = "pool the rows of each tool by themselves: --where risk_tool=…" if named else ", ".join(risk_tools())
            raise InputError(f"{len(named)} risk-of-bias tools in one pool", where=table.name, hint=hint)
        return find_tool(named.pop())
    domains = {name.removeprefix("risk_") for name in columns} - {"overall"}
    fitting = [tool for tool in risk_tools().values() if domains <= set(tool.domains)]
    if len(fitting) != 1:
        raise InputError(
            "which risk-of-bias tool is this?", where=table.name, hint=f"column risk_tool: {', '.join(risk_tools())}"
        )
    return fitting[0]
