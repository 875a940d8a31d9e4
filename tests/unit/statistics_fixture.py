"""Writes statistics_fixture.json: McNemar's exact p by whole numbers, mean and deviation.

    python3 tests/unit/statistics_fixture.py > tests/unit/statistics_fixture.json

Only Python's own arithmetic: the binomial tail is summed in integers, and each p is the nearest
double to the exact fraction, as scipy.stats.binomtest(b, b + c).pvalue approximates it.
"""
import json
import random
import statistics
from fractions import Fraction
from math import comb

PAIRS = [(0, 0), (0, 1), (1, 1), (5, 15), (15, 5), (3, 0), (0, 12), (7, 8), (20, 40), (100, 140),
         (499, 501), (400, 600), (2000, 2100), (0, 900)]


def p_value(b, c):
    n, k = b + c, min(b, c)
    return float(min(Fraction(1), 2 * Fraction(sum(comb(n, i) for i in range(k + 1)), 2 ** n)))


def main():
    draw = random.Random(5)
    samples = [[round(draw.uniform(0.5, 1), 6) for _ in range(n)] for n in (2, 3, 10, 100)]
    document = {
        "mcnemar": [[b, c, p_value(b, c)] for b, c in PAIRS],
        "spread": [{"values": each, "mean": statistics.fmean(each),
                    "deviation": statistics.stdev(each)} for each in samples],
    }
    lists = [f'"{key}":[\n' + ",\n".join(json.dumps(each) for each in values) + "]"
             for key, values in document.items()]
    print("{" + ",\n".join(lists) + "}")


main()
