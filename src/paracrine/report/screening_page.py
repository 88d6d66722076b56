"""A review as a page: where it stands, the flow, the criteria, the stopping rule."""

from __future__ import annotations

from paracrine.evidence.screening.review import Flow, ReviewPlan
from paracrine.evidence.screening.stopping import Stopping
from paracrine.figures.prisma_flow import draw_flow
from paracrine.report.html_page import render_html


def screening_html(plan: ReviewPlan, flow: Flow, stopping: Stopping, pairs_count: int, kappa: float | None) -> str:
    """Return the review as one HTML page."""
    from markupsafe import Markup

    done = flow.included_count if flow.assessed_count else flow.sought_count
    what = "studies are included" if flow.assessed_count else "records passed title and abstract"
    agreed = "not assessed: one reviewer" if plan.reviewers_count == 1 else "not assessed: no record read by both"
    if kappa is not None:
        agreed = f"Cohen's kappa {kappa:.2f} on {pairs_count} records"
    return render_html(
        "evidence_screening.html.j2",
        footer=f"Review {plan.name}",
        title=f"Review {plan.name}",
        headline=f"{done} {what} of {flow.identified_count} identified; {flow.unscreened_count} are not yet screened.",
        question=plan.question,
        flow=Markup(draw_flow(flow)),
        include=plan.include,
        exclude=plan.exclude,
        stopping=stopping.text,
        agreement=agreed,
        search=plan.query or "all works of the base",
        reviewers=plan.reviewers_count,
    )
