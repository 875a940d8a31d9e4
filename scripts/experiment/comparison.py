"""The tables of scripts/quality, from finished runs.

A run is {"set", "size", "seed", "learner", "baseline", "published", "accuracy", "macro_f1", ...};
seed 0 is that of a learner that gives the same for every seed.
"""
from collections import defaultdict
from statistics import mean, stdev

from .rows import size_order, size_words
from .table import markdown, mean_and_error, newest, points, with_error

LEFT = ["TF-IDF + LR", "fastText"]  # the first columns


class Cells:
    """(set, size, learner) -> {seed: run}."""

    def __init__(self, runs):
        self.cells = defaultdict(dict)
        for run in runs:
            self.cells[run["set"], run["size"], run["learner"]][run["seed"]] = run
        self.sets = sorted({run["set"] for run in runs})
        self.sizes = sorted({run["size"] for run in runs}, key=size_order)
        weight = {run["learner"]: run.get("trained_parameters", 0) for run in runs}
        self.learners = sorted(weight, key=lambda name: (
            LEFT.index(name) if name in LEFT else len(LEFT), "random" in name, weight[name], name))
        self.baselines = [name for name in self.learners if name in LEFT]
        self.ours = [name for name in self.learners if name not in LEFT]

    def at(self, name, size, learner):
        return self.cells.get((name, size, learner), {})

    def values(self, name, size, learner, seeds=None, metric="macro_f1"):
        """One number a seed; None where a seed has no run."""
        found = self.at(name, size, learner)
        if 0 in found:
            return [found[0][metric]] * (1 if seeds is None else len(seeds))
        if seeds is None:
            seeds = sorted(found)
        if not seeds or any(seed not in found for seed in seeds):
            return None
        return [found[seed][metric] for seed in seeds]

    def differences(self, name, size, learner):
        """macro-F1 less that of the first baseline, and of the better one, on the same draws."""
        seeds = set(self.at(name, size, learner))
        for baseline in self.baselines:
            there = set(self.at(name, size, baseline))
            if there and 0 not in there:
                seeds &= there
        seeds = sorted(seeds)
        found = [self.values(name, size, b, seeds) for b in self.baselines] if seeds else []
        if not found or found[0] is None:
            return None
        ours = mean(self.values(name, size, learner, seeds))
        better = max(mean(values) for values in found if values is not None)
        return ours - mean(found[0]), ours - better


def scores(cells, name, size, learner):
    f1 = cells.values(name, size, learner)
    if f1 is None:
        return "–"
    accuracy = cells.values(name, size, learner, metric="accuracy")
    spread = f" ± {stdev(f1):.3f}" if len(f1) > 1 else ""
    return f"{mean(accuracy):.3f} / {mean(f1):.3f}{spread}"


def every_set(cells):
    rows = []
    for name in cells.sets:
        for size in cells.sizes:
            runs = [run for learner in cells.learners
                    for run in cells.at(name, size, learner).values()]
            if runs:
                rows.append([name, size_words(size), runs[0]["rows"],
                             *(scores(cells, name, size, learner) for learner in cells.learners)])
    return markdown(["set", "labels", "rows", *cells.learners], rows)


def means(cells):
    """Over the sets that all learners with any run of a size have."""
    rows = []
    for size in cells.sizes:
        present = [learner for learner in cells.learners
                   if any(cells.at(name, size, learner) for name in cells.sets)]
        shared = [name for name in cells.sets
                  if all(cells.at(name, size, learner) for learner in present)]
        row = [size_words(size), len(shared)]
        for learner in cells.learners:
            if learner not in present or not shared:
                row.append("–")
                continue
            groups = [cells.values(name, size, learner) for name in shared]
            accuracy = mean(mean(cells.values(name, size, learner, metric="accuracy"))
                            for name in shared)
            row.append(f"{accuracy:.3f} / " + with_error(*mean_and_error(groups)))
        rows.append(row)
    return markdown(["labels", "sets", *cells.learners], rows)


def networks(cells):
    """macro-F1 of the networks without their n-grams: what did pretraining buy?"""
    rows = []
    for size in cells.sizes:
        row = [size_words(size)]
        for learner in cells.ours:
            found = [cells.values(name, size, learner, metric="network_macro_f1")
                     for name in cells.sets if cells.at(name, size, learner)]
            row.append(f"{mean(map(mean, found)):.3f}" if found else "–")
        rows.append(row)
    return markdown(["labels", *cells.ours], rows)


def against(cells, learner):
    """A row a set: points over the first baseline / over the better one, for each size."""
    table = {(name, size): cells.differences(name, size, learner)
             for name in cells.sets for size in cells.sizes}
    rows = []
    for name in cells.sets:
        found = [table[name, size] for size in cells.sizes]
        if any(found):
            rows.append([name, *(" / ".join(map(points, f)) if f else "–" for f in found)])
    row = ["mean"]
    for size in cells.sizes:
        found = [table[name, size] for name in cells.sets if table[name, size]]
        row.append(" / ".join(points(mean(f[i] for f in found)) for i in (0, 1)) if found else "–")
    return markdown(["set", *map(size_words, cells.sizes)], [*rows, row])


def published(cells):
    rows = []
    for name in cells.sets:
        row = [name]
        for learner in cells.learners:
            values = cells.values(name, "all", learner, metric="accuracy")
            if values is None:
                row.append("–")
                continue
            ends = f" ({min(values):.4f} to {max(values):.4f})" if len(set(values)) > 1 else ""
            row.append(f"{mean(values):.4f}{ends}")
        rows.append(row)
    return markdown(["set", *cells.learners], rows)


def describe(runs):
    """The whole Markdown document, without a headline."""
    runs, older = newest(runs)
    parts = []
    cells = Cells([run for run in runs if not run["published"]])
    if cells.sets:
        parts += ["Accuracy / macro-F1 on the whole test file: mean over the seeds, ± the standard "
                  "deviation of macro-F1 between seeds.", every_set(cells)]
        parts += ["Means over sets, accuracy / macro-F1, ± the standard error that the seeds "
                  "leave.", means(cells)]
    if cells.baselines:
        for learner in cells.ours:
            better = " / over the better baseline of the set" if len(cells.baselines) > 1 else ""
            parts += [f"{learner}: points of macro-F1 over {cells.baselines[0]}{better}; where it "
                      "loses in bold.", against(cells, learner)]
    if cells.ours:
        parts += ["The networks alone, without the n-grams beside them: macro-F1, mean over sets.",
                  networks(cells)]
    fixed = Cells([run for run in runs if run["published"]])
    if fixed.sets:
        parts += ["Test accuracy on published splits, with their validation rows: mean over the "
                  "seeds (least to most).", published(fixed)]
    if older:
        parts.append(f"{older} runs of other weights, versions or data are left out.")
    return "\n\n".join(parts) or "No finished runs."
