"""The one API: verbs with memory."""

from paracrine.bench.bench import Bench, open_bench

__all__ = ["Bench", "open_bench"]
