"""How long the HTML and the PDF of one batch take: `python benchmarks/render_certificate.py`.

The batch has 19 results, 7 runs, 4 charts. Three figures: the first certificate of a fresh process with imports,
without them, and a later one. The chart library is bundled once a machine before anything is timed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "unit"))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    def imports() -> None:
        import jinja2  # noqa: F401
        import typst  # noqa: F401
        import vl_convert  # noqa: F401
        from certificate_samples import build_certificate  # noqa: F401

        from paracrine.report.certificate_html import certificate_html  # noqa: F401
        from paracrine.report.certificate_pdf import certificate_pdf  # noqa: F401

    imported_s = seconds(imports)
    from certificate_parts import nta_run
    from certificate_samples import build_certificate

    from paracrine.report.browser_code import vega_code
    from paracrine.report.certificate_html import certificate_html
    from paracrine.report.certificate_pdf import certificate_pdf
    from paracrine.report.content import RunEntry

    if "--with-bundle" not in sys.argv:
        vega_code()
    first = build_certificate()
    runs = tuple(RunEntry(nta_run(number, median_nm=133.0), "DP-1", "product") for number in range(20, 25))
    later = replace(first, batch=first.batch.model_copy(update={"name": "B-018"}), runs=runs)
    rows = []
    for name, content in (("first of a process", first), ("a later batch", later)):
        html_s = seconds(lambda content=content: certificate_html(content))
        pdf_s = seconds(lambda content=content: certificate_pdf(content))
        rows.append((name, html_s, pdf_s, html_s + pdf_s))
    print("| certificate | HTML s | PDF s | both s |\n|---|---|---|---|")
    for name, html_s, pdf_s, both_s in rows:
        print(f"| {name} | {html_s:.2f} | {pdf_s:.2f} | {both_s:.2f} |")
    print(f"\nImports before it: {imported_s:.2f} s. Goal: HTML and PDF of one batch under 1.5 s.")


if __name__ == "__main__":
    main()
