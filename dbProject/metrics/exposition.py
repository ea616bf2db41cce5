"""All figures in Prometheus's words, of this process or of all that count into one folder."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from dbProject.metrics import measures, process
from dbProject.metrics.figures import Figure, figures


class Counted(Collector):
    """What processes have counted."""

    def collect(self) -> Iterable[Metric]:
        """Yield the sums over all processes, and of those that have died no gauges."""
        folder = os.environ.get(measures.FOLDER)
        if not folder:
            return measures.REGISTRY.collect()
        _forget_the_dead(Path(folder))
        collected: Iterable[Metric] = MultiProcessCollector(None, folder).collect()
        return collected


class Read(Collector):
    """What is read now."""

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of all sources."""
        families: dict[str, GaugeMetricFamily] = {}
        for figure in figures():
            _family(families, figure).add_metric(list(figure.labels.values()), float(figure.value))
        yield from families.values()


def of_processes() -> CollectorRegistry:
    """Return what processes have counted, for a worker that serves its own."""
    registry = CollectorRegistry()
    registry.register(Counted())
    return registry


def text() -> bytes:
    """Return everything, in the text format."""
    process.write()  # as this one is now
    everything = CollectorRegistry(auto_describe=False)
    everything.register(Counted())
    everything.register(Read())
    return generate_latest(everything)


def _family(families: dict[str, GaugeMetricFamily], figure: Figure) -> GaugeMetricFamily:
    if figure.name not in families:
        families[figure.name] = GaugeMetricFamily(
            figure.name, figure.documentation, labels=list(figure.labels)
        )
    return families[figure.name]


def _forget_the_dead(folder: Path) -> None:
    """Remove the gauges of processes that are gone, however they went; their counts stay in the sums."""
    for pid in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*_*.db")}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # another scrape was first
                mark_process_dead(pid, str(folder))
        except PermissionError:
            continue  # somebody else's, and alive
