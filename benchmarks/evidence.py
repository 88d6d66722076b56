"""The evidence base beside its peers, in one process: reading PubMed XML, search, memory of an import, duplicates.

python benchmarks/evidence.py pubmed|search|memory|dedupe [--records 100000] [--megabytes 1000]

Screening has a script of its own, `evidence_screening.py`, because a replay takes minutes. Everything but `dedupe` is
synthetic. Times are processor time where nothing waits for the disk, since the machine is shared.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from evidence_synthetic import Vocabulary, abstracts, write_pubmed

from paracrine import open_bench
from paracrine.evidence.dedupe.candidates import candidate_pairs
from paracrine.evidence.dedupe.features import features_of
from paracrine.evidence.dedupe.grouping import find_duplicates
from paracrine.evidence.documents import document_of
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.origin import Origin
from paracrine.evidence.query import parse_query
from paracrine.evidence.reading import read_items
from paracrine.evidence.work import Section, Work
from paracrine.store.search_index import SearchIndex
from paracrine.store.searching import find

SHARED = Path(__file__).parents[2] / "shared" / "data" / "evidence"


def times_s(work: Callable[[], object]) -> tuple[float, float]:
    """Return processor and wall time."""
    start, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - start, time.perf_counter() - wall


def pubmed(records: int, repeats: int = 7) -> None:
    """Read one gzip file with all fields and references, ours and pubmed_parser in turn, one thread each."""
    import pubmed_parser

    with tempfile.TemporaryDirectory() as made:
        plain, packed = Path(made) / "p.xml", Path(made) / "p.xml.gz"
        megabytes = write_pubmed(plain, records) / 1e6
        packed.write_bytes(gzip.compress(plain.read_bytes(), 6))

        def ours() -> tuple[int, int, int, int]:
            read = [one for one in read_items(EvidenceFile(packed)) if isinstance(one, Work)]
            fields = ("authors", "headings", "references")
            return (len(read), *(sum(len(getattr(one, name)) for one in read) for name in fields))  # type: ignore[return-value]

        def peer() -> tuple[int, int, int, int]:
            read = list(pubmed_parser.parse_medline_xml(str(packed), author_list=True, reference_list=True))
            authors = sum(len(one["authors"]) for one in read)
            headings = sum(len(one["mesh_terms"].split("; ")) for one in read)
            return len(read), authors, headings, sum(len(one["references"]) for one in read)

        told, also = ours(), peer()
        assert told == also, (told, also)
        pairs = [(*times_s(ours), *times_s(peer)) for _ in range(repeats)]
    print(f"{megabytes:.0f} MB gzip, {told[0]} records, {told[1]} authors, {told[2]} headings, {told[3]} references")
    for name, own, other in (("processor", 0, 2), ("wall", 1, 3)):
        ratios = sorted(pair[other] / pair[own] for pair in pairs)
        own_s, other_s = (statistics.median(pair[place] for pair in pairs) for place in (own, other))
        print(
            f"{name} time, median of {repeats}: ours {megabytes / own_s:.1f} MB/s, pubmed_parser "
            f"{megabytes / other_s:.1f} MB/s; ratio of the pairs {statistics.median(ratios):.2f} "
            f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


def works(count: int) -> Iterator[Work]:
    origin = Origin("synthetic", "0" * 64, "record", "synthetic", "1")
    for number, (title, abstract) in enumerate(abstracts(Vocabulary(), count)):
        yield Work(
            origin=origin, database="pubmed", accession=str(number), pmid=str(number), title=title,
            abstract=(Section("", abstract),), year=2000 + number % 25,
        )  # fmt: skip


def search(records: int) -> None:
    """Ten best of two-word queries: our index and query language beside a plain FTS5 table of the same texts."""
    vocabulary = Vocabulary()
    ranks = [
        (40, 900), (120, 2500), (300, 700), (15, 5000), (60, 60), (200, 12000), (25, 400), (500, 3000),
        (90, 1500), (35, 8000), (150, 350), (10, 2000), (800, 1000), (55, 4500), (20, 130), (250, 6000),
    ]  # fmt: skip
    pairs = [(vocabulary.words[one], vocabulary.words[other + 1]) for one, other in ranks]
    with tempfile.TemporaryDirectory() as made:
        plain = sqlite3.connect(Path(made) / "plain.db", isolation_level=None)
        plain.execute("PRAGMA cache_size=-65536")
        plain.execute("CREATE VIRTUAL TABLE t USING fts5(title, abstract, tokenize='porter unicode61')")
        start = time.process_time()
        with SearchIndex(Path(made)) as index:
            with index.writing():
                for work in works(records):
                    index.put(document_of(work))
            own_build = time.process_time() - start
            start = time.process_time()
            plain.execute("BEGIN")
            rows = ((work.title, work.abstract_text) for work in works(records))
            plain.executemany("INSERT INTO t(title, abstract) VALUES (?, ?)", rows)
            plain.execute("COMMIT")
            print(f"{records} records; built in {own_build:.0f} s, plain {time.process_time() - start:.0f} s")
            for word in ("AND", "OR"):
                own_ms, plain_ms = timed(index, plain, [f"{one} {word} {other}" for one, other in pairs])
                own, other = p95(own_ms), p95(plain_ms)
                print(
                    f"{word}: p95 {own:.2f} ms, plain FTS5 {other:.2f} ms, ratio {own / other:.2f}; "
                    f"median {statistics.median(own_ms):.2f} and {statistics.median(plain_ms):.2f} ms"
                )
        plain.close()


def timed(index: SearchIndex, plain: sqlite3.Connection, queries: list[str]) -> tuple[list[float], list[float]]:
    """Return the best of seven for each query, both programs in turn."""
    own_ms, plain_ms = [], []
    for query in queries:
        runs: list[tuple[float, float]] = []
        for _ in range(7):
            start = time.perf_counter()
            hits = find(index, parse_query(query).match, limit=10)
            [index.get(hit.key) for hit in hits]
            middle = time.perf_counter()
            plain.execute(
                "SELECT rowid, title, abstract FROM t WHERE t MATCH ? ORDER BY rank LIMIT 10", (query,)
            ).fetchall()
            runs.append((middle - start, time.perf_counter() - middle))
        own, other = (min(column) * 1e3 for column in zip(*runs, strict=True))
        own_ms.append(own)
        plain_ms.append(other)
    return own_ms, plain_ms


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def memory(megabytes: int) -> None:
    """Import one large generated PubMed file into a fresh base; peak of the whole process."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "large.xml"
        records = 200
        size = write_pubmed(path, records) / 1e6
        write_pubmed(path, records, repeat=max(1, round(megabytes / size)))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        start = time.perf_counter()
        report = open_bench(Path(made) / "base", person="benchmark").evidence.add([path])
        wall_s, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        size = path.stat().st_size / 1e6
    print(f"{size:.0f} MB, {report.works_count} works: peak {peak:.0f} MB ({before:.0f} MB before), {wall_s:.0f} s")


def dedupe() -> None:
    """Score the labelled set at record level; halves split by candidate clusters, rules frozen on half 0."""
    read = (one for one in read_items(EvidenceFile(SHARED / "dedup" / "asysd_labelled_development.csv")))
    labelled = [
        (replace(work, database="row", accession=str(number)), next(e.value for e in work.extra if e.field == "source"))
        for number, work in enumerate(one for one in read if isinstance(one, Work))
    ]
    works = [work for work, _ in labelled]
    truth = {work.key: label for work, label in labelled}
    leads = list(range(len(works)))

    def lead(place: int) -> int:
        while leads[place] != place:
            leads[place] = leads[leads[place]]
            place = leads[place]
        return place

    for one, other in candidate_pairs([features_of(work) for work in works]):
        first, second = sorted((lead(one), lead(other)))
        leads[second] = first
    half = {work.key: hashlib.sha256(str(lead(n)).encode()).digest()[0] % 2 for n, work in enumerate(works)}
    print("| half | records | works found | precision | recall | F1 |\n|---|---|---|---|---|---|")
    for name, wanted in (("0, rules made", {0}), ("1, scored", {1}), ("both", {0, 1})):
        chosen = [work for work in works if half[work.key] in wanted]
        found = find_duplicates(chosen)
        grouped = {key for group in found.groups for key in group.keys}
        right = wrong = missed = 0
        for group in found.groups:
            unique = sum(truth[key] == "unique" for key in group.keys)
            right += len(group.keys) - max(unique, 1)
            wrong += max(unique - 1, 0)
            missed += unique == 0
        missed += sum(truth[work.key] == "duplicate" and work.key not in grouped for work in chosen)
        precision, recall = right / (right + wrong), right / (right + missed)
        score = 2 * precision * recall / (precision + recall)
        print(f"| {name} | {len(chosen)} | {found.works_count} | {precision:.4f} | {recall:.4f} | {score:.4f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("pubmed", "search", "memory", "dedupe"))
    parser.add_argument("--records", type=int, default=0)
    parser.add_argument("--megabytes", type=int, default=1000)
    given = parser.parse_args()
    if given.what == "pubmed":
        pubmed(given.records or 2000)
    elif given.what == "search":
        search(given.records or 100_000)
    elif given.what == "memory":
        memory(given.megabytes)
    else:
        dedupe()


if __name__ == "__main__":
    main()
