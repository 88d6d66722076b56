"""What pooling answers: numbers with intervals, how they were made, and what to doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from paracrine.core.notice import Notice
from paracrine.evidence.pool.risk import RiskTable


@dataclass(frozen=True, slots=True)
class Span:
    """A value with its interval, on the scale people read."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class StudyEffect:
    """One study in the pool: effect as read, standard error on the pooled scale, weight, where it stands."""

    label: str
    line: int
    shown: Span
    effect: float
    standard_error: float
    weight_pct: float
    detail: str = ""
    risk: Mapping[str, str] | None = None
    risk_overall: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Variance between studies with its Q-profile interval, and what it is of the whole."""

    tau2: float
    tau2_low: float | None
    tau2_high: float | None
    i2_pct: float
    i2_low_pct: float | None
    i2_high_pct: float | None
    q: float
    q_degrees_of_freedom: int
    q_p: float


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient of a meta-regression, on the pooled scale."""

    name: str
    value: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Robustness:
    """The same question answered otherwise: a label, the answer, and tau2 where there is one."""

    label: str
    shown: Span
    tau2: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class BiasFinding:
    """One look at small studies: test, statistic, p, and what it says."""

    test: str
    statistic: float | None
    p_value: float | None
    says: str


@dataclass(frozen=True, slots=True)
class PooledAnswer:
    """One pooled group of studies; `pooled` is None where the data carry no pooled number, with the reason."""

    group: str
    measure: str
    measure_title: str
    back: str
    null: float | None
    model: str
    method: str
    test: str
    studies: tuple[StudyEffect, ...]
    pooled: Span | None
    pooled_effect: float | None
    standard_error: float | None
    p_value: float | None
    reason: str
    prediction: Span | None
    prediction_rule: str
    heterogeneity: Heterogeneity | None
    coefficients: tuple[Coefficient, ...]
    r2_pct: float | None
    leave_one_out: tuple[Robustness, ...]
    cumulative: tuple[Robustness, ...]
    otherwise: tuple[Robustness, ...]
    bias: tuple[BiasFinding, ...]
    filled: tuple[tuple[float, float], ...]
    outlying: tuple[str, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class PoolResult:
    """The whole answer of one table."""

    table: str
    answers: tuple[PooledAnswer, ...]
    between_groups: tuple[float, int, float] | None
    risk: RiskTable | None
    notices: tuple[Notice, ...]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        data: dict[str, Any] = {
            "kind": "evidence pool",
            "version": "1",
            "table": self.table,
            "between_groups": _between(self.between_groups),
            "answers": [_answer(one) for one in self.answers],
            "notices": [notice.to_data() for notice in self.notices],
        }
        if self.risk:
            data["risk_of_bias"] = {
                "tool": self.risk.tool.id,
                "source": self.risk.tool.source,
                "rows": [{**asdict(row), "judgements": dict(row.judgements)} for row in self.risk.rows],
            }
        return data


def _between(found: tuple[float, int, float] | None) -> dict[str, float] | None:
    return {"q": found[0], "degrees_of_freedom": found[1], "p_value": found[2]} if found else None


def _answer(answer: PooledAnswer) -> dict[str, Any]:
    data = {name: getattr(answer, name) for name in answer.__slots__ if name not in ("notices", "studies")}
    plain: dict[str, Any] = {name: _plain(value) for name, value in data.items()}
    plain["studies"] = [{**asdict(one), "risk": dict(one.risk or {})} for one in answer.studies]
    plain["notices"] = [notice.to_data() for notice in answer.notices]
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value
