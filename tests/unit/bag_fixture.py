"""Writes bag_fixture.json: scikit-learn's TF-IDF and logistic regression on made-up texts.

    python3 tests/unit/bag_fixture.py > tests/unit/bag_fixture.json

Needed only to make the file anew (Debian: python3-sklearn). The texts are words drawn at random
from a list with upper case, accents, digits, other alphabets and punctuation; a class prefers some.
"""
import json
import random
import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

WORDS = """Ótimo ótimo LIVRO livro péssimo AÇÃO ação coração Praça don't e-mail R$10,00 3.14 a É o
uma under_score naïve Ÿ ŸES Łódź ŁÓDŹ Ĳ Žena žena Ελλάδα ΑΓΟΡΆ Привет ПРИВЕТ Ёж 北京 ok OK! (sim)
não... never; always… “quoted” 🙂 🙂🙂 x² ½ great Great terrible awful bom bons BOM!!! ruim""".split()


def draw(generator, label):
    favourites = WORDS[label * 12:label * 12 + 16]
    words = [generator.choice(favourites if generator.random() < 0.5 else WORDS)
             for _ in range(generator.randint(1, 14))]
    return generator.choice([" ", "  ", "\t", "\n", "\u00a0"]).join(words)


def main():
    generator = random.Random(7)
    labels = [generator.randrange(4) for _ in range(90)]
    texts = [draw(generator, label) for label in labels]
    train, test, truth = texts[:60], texts[60:], labels[:60]
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True))
    rows = features.fit_transform(train)
    model = LogisticRegression(C=10, max_iter=5000, tol=1e-8).fit(rows, truth)
    balanced = LogisticRegression(C=10, max_iter=5000, tol=1e-8, class_weight="balanced")
    balanced.fit(rows, truth)
    unseen = features.transform(test)
    json.dump({
        "train": train, "labels": truth, "test": test, "features": rows.shape[1],
        "values": [sorted(round(float(v), 6) for v in unseen[i].data) for i in range(len(test))],
        "probabilities": [[round(float(p), 6) for p in row] for row in model.predict_proba(unseen)],
        "balanced": [[round(float(p), 6) for p in row] for row in balanced.predict_proba(unseen)],
    }, sys.stdout, ensure_ascii=False, indent=1)
    print()


main()
