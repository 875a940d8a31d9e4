"""Labeled rows: reading sets, drawing rows to train on, holding rows out, writing them for afina.

A set is NAME.train.csv and NAME.test.csv with the columns text and label, and NAME.valid.csv where
the split is a published one. A row is a pair (text, label).

A size is "all", a number of labels a class (below 100) or of rows in all (from 100 on), stratified.
Draws depend on the set's name, the seed and the rows alone; 8 a class are among the 32 of the same
seed.
"""
import csv
import hashlib
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

FIRST_TOTAL = 100  # sizes from here on count all rows
LEAST_PER_CLASS = 8  # a total that leaves a class fewer is no size of that set

csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class LabeledSet:
    name: str
    train: list
    valid: list  # empty unless the split is a published one
    test: list
    sha256: str  # of the files


def read_csv(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if not {"text", "label"} <= set(reader.fieldnames or ()):
            raise SystemExit(f"{path}: the first line must name the columns text and label")
        return [(row["text"], row["label"]) for row in reader]


def write_csv(path, rows):
    """Every cell in quotes: no text can be taken for a delimiter or a header."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(("text", "label"))
        writer.writerows(rows)


def load_set(folder, name):
    paths = [Path(folder) / f"{name}.{part}.csv" for part in ("train", "valid", "test")]
    digest = hashlib.sha256()
    parts = []
    for path in paths:
        there = path.exists()
        if not there and path != paths[1]:
            raise SystemExit(f"there is no {path}")
        digest.update(path.read_bytes() if there else b"")
        digest.update(b"\0")
        parts.append(read_csv(path) if there else [])
    return LabeledSet(name, *parts, digest.hexdigest())


def load_sets(folder, names=()):
    """The named sets of a folder, or all of them, by name."""
    suffix = ".train.csv"
    there = sorted(p.name[: -len(suffix)] for p in Path(folder).glob("*" + suffix))
    if not there:
        raise SystemExit(f"no NAME{suffix} in {folder}: name a folder of sets with --sets")
    return [load_set(folder, name) for name in names or there]


def by_class(rows):
    """Row indices of each label."""
    found = defaultdict(list)
    for index, (_, label) in enumerate(rows):
        found[label].append(index)
    return found


def stratified(counts, total):
    """How many of each class: shares as in `counts`, by largest remainder, one at the least."""
    everything = sum(counts.values())
    take = {label: max(1, total * n // everything) for label, n in counts.items()}
    remainders = sorted(counts, key=lambda label: (-(total * counts[label] % everything), label))
    for label in remainders:
        if sum(take.values()) < total and take[label] < counts[label]:
            take[label] += 1
    while sum(take.values()) > max(total, len(take)):
        take[max(take, key=lambda label: (take[label], label))] -= 1
    return take


def pick(rows, take, key):
    """take[label] rows of each class, chosen by `key`, in the order of the file."""
    chosen = []
    for label, indices in by_class(rows).items():
        random.Random(f"{key}/{label}").shuffle(indices)
        chosen += indices[: take[label]]
    return sorted(chosen)


def take_for(rows, size):
    """How many rows of each class a size asks for; None where the set has no such size."""
    counts = Counter(label for _, label in rows)
    if size == "all":
        return counts
    number = int(size)
    if number < FIRST_TOTAL:
        return {label: min(number, n) for label, n in counts.items()}
    if number >= len(rows) or number < LEAST_PER_CLASS * len(counts):
        return None
    return stratified(counts, number)


def draw(labeled, size, seed, rows=None):
    """The rows of a draw from labeled.train, or from `rows`; None where there is no such size."""
    rows = labeled.train if rows is None else rows
    take = take_for(rows, size)
    if take is None:
        return None
    return [rows[i] for i in pick(rows, take, f"{labeled.name}/{seed}")]


def hold_out(labeled, count=500):
    """(the rest, held): the same `count` stratified train rows each time; no text is in both."""
    take = stratified(Counter(label for _, label in labeled.train), count)
    held = set(pick(labeled.train, take, f"{labeled.name}/held"))
    texts = {fold(labeled.train[i][0]) for i in held}
    rest = [row for i, row in enumerate(labeled.train)
            if i not in held and fold(row[0]) not in texts]
    return rest, [labeled.train[i] for i in sorted(held)]


def fold(text):
    return " ".join(text.lower().split())


def size_words(size):
    if size == "all":
        return "all"
    return f"{size} a class" if int(size) < FIRST_TOTAL else f"{size} rows"


def size_order(size):
    return float("inf") if size == "all" else int(size)
