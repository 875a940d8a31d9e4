"""Writes metrics_fixture.json: what scikit-learn computes for random predictions.

    python3 tests/unit/metrics_fixture.py > tests/unit/metrics_fixture.json

Needed only to make the file anew (Debian: python3-sklearn). Probabilities are whole
1024ths that add up to one, so that float holds them exactly and the comparison is of definitions,
not of rounding.
"""
import json
import warnings

import numpy
from sklearn import metrics

CASES = [(1, 2), (7, 2), (40, 3), (200, 5), (64, 12), (300, 40)]


def expected_calibration_error(right, top, bins=15):
    """The mean gap between accuracy and confidence, weighted by the rows of each bin."""
    which = numpy.minimum((top * bins).astype(int), bins - 1)
    gap = 0.0
    for b in range(bins):
        inside = which == b
        if inside.any():
            gap += inside.mean() * abs(right[inside].mean() - top[inside].mean())
    return gap


def make_case(random, rows, classes):
    weights = random.dirichlet(numpy.full(classes, 0.3), rows)
    parts = numpy.floor(weights * 1024).astype(int)
    parts[numpy.arange(rows), random.integers(classes, size=rows)] += 1024 - parts.sum(axis=1)
    if rows > 3:  # ties for the first place, and certainty
        parts[0] = 0
        parts[0, :2] = 512
        parts[1] = 0
        parts[1, classes - 1] = 1024
    used = max(2, classes * 2 // 3)  # the last classes have no rows
    truth = random.integers(used, size=rows)
    sure = random.random(rows) < 0.5
    truth[sure] = parts[sure].argmax(axis=1)
    p = parts / 1024
    predicted = p.argmax(axis=1)
    names = list(range(classes))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, predicted, labels=names, zero_division=0)
    return {
        "classes": classes,
        "truth": truth.tolist(),
        "parts": parts.ravel().tolist(),
        "accuracy": metrics.accuracy_score(truth, predicted),
        "macro_f1": metrics.f1_score(truth, predicted, average="macro", zero_division=0),
        "weighted_f1": metrics.f1_score(truth, predicted, average="weighted", zero_division=0),
        "log_loss": metrics.log_loss(truth, p, labels=names, eps=1e-15),
        "ece": expected_calibration_error(predicted == truth, p.max(axis=1)),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "confusion": metrics.confusion_matrix(truth, predicted, labels=names).ravel().tolist(),
    }


def main():
    warnings.simplefilter("ignore")
    random = numpy.random.default_rng(7)
    cases = [make_case(random, rows, classes) for rows, classes in CASES]
    print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]")


main()
