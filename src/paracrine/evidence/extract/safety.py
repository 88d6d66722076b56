"""Posted adverse events as a table with exact intervals; nothing posted is not zero."""

from __future__ import annotations

from paracrine.evidence.extract.found import SafetyRow
from paracrine.evidence.trial import Trial
from paracrine.numerics.pooling.tables import exact_proportion


def safety_rows(trial: Trial) -> tuple[SafetyRow, ...]:
    """Return deaths, serious and other adverse events of each posted group with Clopper-Pearson intervals."""
    rows = []
    for group in trial.event_groups:
        for what, events, at_risk in (
            ("deaths", group.deaths_count, group.deaths_at_risk_count),
            ("serious adverse events", group.serious_count, group.serious_at_risk_count),
            ("other adverse events", group.other_count, group.other_at_risk_count),
        ):
            low = high = None
            if events is not None and at_risk:
                low, high = (100 * end for end in exact_proportion(events, at_risk))
            rows.append(SafetyRow(trial.trial_id, group.label, what, events, at_risk, low, high))
    return tuple(rows)
