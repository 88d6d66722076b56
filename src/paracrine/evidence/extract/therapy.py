"""Is this a trial in which vesicles are given to people; decoys only name them."""

from __future__ import annotations

import re

from paracrine.evidence.extract.passages import CELLS, EV, SECRETOME
from paracrine.evidence.trial import Trial

_LABORATORY = re.compile(
    r"explants?|in[- ]vitro|ex[- ]vivo|whole blood (?:assay|stimulation|samples?)|co-?incubat\w+|biomarker",
    re.IGNORECASE,
)


def judge_therapy(trial: Trial) -> tuple[bool, str]:
    """Return whether vesicles of MSC are given to people, and why one thinks so."""
    given = " ".join(
        [f"{one.name} {one.description}" for one in trial.interventions]
        + [f"{arm.label} {arm.description} {' '.join(arm.interventions)}" for arm in trial.arms]
    )
    titles = f"{trial.title} {trial.scientific_title}"
    if _LABORATORY.search(given) or (_LABORATORY.search(titles) and not EV.search(given)):
        return False, "vesicles are used in the laboratory, on samples or explants"
    named_given, named_titles = bool(EV.search(given)), bool(EV.search(titles))
    if not named_given and not named_titles:
        if SECRETOME.search(f"{titles} {given}"):
            return False, "secretome or conditioned medium, which is more than vesicles"
        return False, "no vesicle in titles, arms or interventions"
    if not named_given and trial.interventions:
        return False, "the titles name vesicles, the registered interventions do not"
    if not CELLS.search(f"{titles} {given} {trial.summary}"):
        return False, "no mesenchymal cell is named as their origin"
    return True, "vesicles are named among what is given" if named_given else "vesicles are named in the titles"
