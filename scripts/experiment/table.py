"""Means with their errors, and Markdown."""
from math import sqrt
from statistics import mean, stdev


def mean_and_error(groups):
    """The mean of the groups' means, and its standard error from the spread within the groups;
    the error is None where a group has one value only. groups: lists of numbers."""
    errors = [stdev(g) ** 2 / len(g) if len(g) > 1 else None for g in groups]
    error = None if None in errors else sqrt(sum(errors)) / len(groups)
    return mean(mean(g) for g in groups), error


def with_error(value, error, digits=3):
    return f"{value:.{digits}f}" + ("" if error is None else f" ± {error:.{digits}f}")


def points(value):
    """A difference of macro-F1 in points; bold where it is a loss."""
    words = f"{100 * value:+.1f}".replace("-", "−")
    return f"**{words}**" if words[0] == "−" and words != "−0.0" else words.replace("−0.0", "0.0")


def markdown(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def newest(runs):
    """The runs of each learner's last identity and each set's last files; how many are older."""
    identity = {run["learner"]: run["identity"] for run in runs}
    data = {run["set"]: run["data"] for run in runs}
    kept = [run for run in runs
            if run["identity"] == identity[run["learner"]] and run["data"] == data[run["set"]]]
    return kept, len(runs) - len(kept)
