"""A work or trial as the search index keeps it: texts by field, facets to count and filter by."""

from __future__ import annotations

from typing import Any

from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work
from paracrine.store.search_index import Document

_SEARCHED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789", "₊₋₌₍₎")


def document_of(record: Work | Trial) -> Document:
    """Return the document of a record."""
    texts, facets = _of_work(record) if isinstance(record, Work) else _of_trial(record)
    texts = {name: text.translate(_SEARCHED) for name, text in texts.items()}
    return Document(record.key, record.kind, record.to_data(), texts, facets)


def record_of(data: dict[str, Any]) -> Work | Trial:
    """Return the record a document was made from."""
    return Work.from_data(data) if data.get("kind") == Work.kind else Trial.from_data(data)


def _of_work(work: Work) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    numbers = (work.pmid, work.pmc, work.doi, work.accession, *work.trial_ids, *work.issn)
    texts = {
        "title": " / ".join(filter(None, (work.title, work.title_original))),
        "abstract": work.abstract_text,
        "authors": " ; ".join(author.text for author in work.authors),
        "journal": f"{work.journal} {work.journal_short}",
        "keywords": " ; ".join(
            (
                *work.keywords,
                *(f"{heading.term} {' '.join(heading.qualifiers)}" for heading in work.headings),
                *work.substances,
            )
        ),
        "numbers": " ".join(filter(None, numbers)),
        "other": "\n".join(
            (*(part.text for part in work.other_abstracts), *(part.text for part in work.full_text), *work.notes)
        ),
    }
    return texts, {
        "kind": ("work",),
        "year": (str(work.year),) if work.year else (),
        "database": (work.database or "not stated",),
        "type": (work.work_type or "not stated",),
        "journal": (work.journal or work.journal_short,),
        "language": work.languages,
        "publication_type": work.publication_types,
        "retracted": ("yes",) if work.is_retracted else (),
        "file": (work.origin.file,),
    }


def _of_trial(trial: Trial) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    given = (" ".join((one.name, *one.other_names, one.description)) for one in trial.interventions)
    arms = (f"{arm.label} {arm.description}" for arm in trial.arms)
    texts = {
        "title": " / ".join(dict.fromkeys(filter(None, (trial.title, trial.scientific_title, trial.acronym)))),
        "abstract": "\n".join((trial.summary, trial.description)),
        "authors": " ; ".join((trial.sponsor, *trial.collaborators)),
        "journal": trial.registry,
        "keywords": " ; ".join((*trial.conditions, *trial.keywords, *given, *arms)),
        "numbers": " ".join((trial.trial_id, *trial.aliases, *trial.secondary_ids)),
        "other": "\n".join((*(f"{out.measure} {out.description}" for out in trial.outcomes), trial.eligibility)),
    }
    return texts, {
        "kind": ("trial",),
        "year": ((trial.registered or trial.started)[:4],),
        "database": (trial.registry,),
        "type": (trial.study_type or "not stated",),
        "status": (trial.status,),
        "phase": trial.phases or ("not stated",),
        "country": trial.countries,
        "results": ("posted",) if trial.has_results else (),
        "file": (trial.origin.file,),
    }
