"""logistic.py TRAIN.csv TEST.csv: predicts the test rows and prints the labels as JSON.

TF-IDF of words (1-2) and of characters within words (2-4), sublinear counts, logistic regression.
A program of its own, as scikit-learn belongs to Debian's Python, whichever runs scripts/quality.
"""
import csv
import json
import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

csv.field_size_limit(1 << 30)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def main(train, test):
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True))
    model = make_pipeline(features, LogisticRegression(C=10, max_iter=1000))
    model.fit(*read(train))
    json.dump(model.predict(read(test)[0]).tolist(), sys.stdout)


main(*sys.argv[1:])
