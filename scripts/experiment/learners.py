"""From rows to scores: afina, and the two baselines that a user would pick instead.

learn() takes rows to train on, rows to validate with (or none) and rows to test on, and gives
{"accuracy", "macro_f1", "seconds", ...}. All run on one thread. The baselines use the rows to train
on alone, and neither options nor seed. `there` says what is not installed; `build` tells one build
of a program from another.
"""
import hashlib
import json
import re
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .rows import write_csv
from .work import Failure

HERE = Path(__file__).resolve().parent
DEBIAN_PYTHON = "/usr/bin/python3"  # the one that python3-sklearn belongs to
LOGISTIC = "words 1-2 and characters 2-4 (char_wb), sublinear TF-IDF, logistic regression, C 10"
FASTTEXT = ("-wordNgrams 2 -minn 3 -maxn 5 -epoch 50 -lr 1 -dim 100 -bucket 200000 -seed 1 "
            "-thread 1 -verbose 0")
FASTTEXT_WORDS = "fastText, lower case, punctuation apart, " + FASTTEXT


def sha256(paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def macro_f1(truth, predicted):
    """Mean over the classes that occur, as true or as predicted class: scikit-learn's."""
    scores = []
    for label in set(truth) | set(predicted):
        right = sum(t == p == label for t, p in zip(truth, predicted))
        scores.append(2 * right / (truth.count(label) + predicted.count(label)))
    return sum(scores) / len(scores)


def score(truth, predicted):
    if len(truth) != len(predicted):
        raise Failure(f"{len(predicted)} predictions for {len(truth)} rows")
    accuracy = sum(t == p for t, p in zip(truth, predicted)) / len(truth)
    return {"accuracy": accuracy, "macro_f1": macro_f1(truth, predicted)}


@dataclass(frozen=True)
class Logistic:
    """TF-IDF and logistic regression, by Debian's python3-sklearn. C was 1, 10 and 100 on draws of
    8 and 32 a class, which differ by half a point at most; on all rows 10 is as good as any."""
    programs: object
    name: str = "TF-IDF + LR"
    identity: str = LOGISTIC
    build: None = None

    def there(self):
        try:
            self.programs.run([DEBIAN_PYTHON, "-c", "import sklearn"])
        except (Failure, OSError):
            return "python3-sklearn is not installed"
        return None

    def learn(self, train, valid, test, seed, options=None):
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / "train.csv", Path(folder) / "test.csv"]
            write_csv(paths[0], train)
            write_csv(paths[1], test)
            start = time.monotonic()
            output = self.programs.run([DEBIAN_PYTHON, HERE / "logistic.py", *paths])
        scores = score([label for _, label in test], json.loads(output))
        return {**scores, "seconds": time.monotonic() - start}


def fasttext_words(text):
    """As fastText's own tutorial prepares texts: lower case, punctuation apart. A text must not
    bring a label of its own."""
    apart = re.sub(r"([.!?,;:()\"'/])", r" \1 ", text.lower().replace("__label__", " "))
    return " ".join(apart.split())


def write_lines(path, lines):
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


@dataclass(frozen=True)
class FastText:
    """Debian's fasttext. Epochs and rate: on draws of 8 and 32 a class half the epochs or the rate
    lose up to 22 points; twice the epochs at half the rate give the same. 200,000 buckets are
    enough for a few thousand texts, and its own 2 million fill 800 MB."""
    programs: object
    name: str = "fastText"
    identity: str = FASTTEXT_WORDS
    build: None = None

    def there(self):
        try:
            self.programs.run(["fasttext", "predict"])
        except OSError:
            return "fasttext is not installed"
        except Failure:
            pass  # its usage, with an exit status of 1
        return None

    def learn(self, train, valid, test, seed, options=None):
        labels = sorted({label for _, label in train})
        number = {label: i for i, label in enumerate(labels)}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            write_lines(path / "train", (f"__label__{number[label]} {fasttext_words(text)}"
                                         for text, label in train))
            write_lines(path / "test", (fasttext_words(text) for text, _ in test))
            start = time.monotonic()
            self.programs.run(["fasttext", "supervised", "-input", path / "train", "-output",
                               path / "model", *FASTTEXT.split()])
            output = self.programs.run(["fasttext", "predict", path / "model.bin", path / "test"])
        predicted = [labels[int(line[len("__label__"):])] for line in output.split()]
        scores = score([label for _, label in test], predicted)
        return {**scores, "seconds": time.monotonic() - start}


@dataclass(frozen=True)
class Afina:
    """`afina finetune` from the weights in a folder, or from random ones in their shape.

    The identity is that of the files: random weights do not depend on model.safetensors. Options
    that are None or absent are left to afina's defaults."""
    programs: object
    binary: Path
    version: str
    build: str  # SHA-256 of the binary
    folder: Path
    random_weights: bool = False

    @property
    def name(self):
        return self.folder.resolve().name + (", random weights" if self.random_weights else "")

    @cached_property
    def identity(self):
        names = ["config.json", "tokenizer.json"]
        names += [] if self.random_weights else ["model.safetensors"]
        return f"afina {self.version}, weights {sha256(self.folder / n for n in names)}"

    def learn(self, train, valid, test, seed, options=None):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            command = [self.binary, "finetune", "--model", self.folder, "--seed", seed,
                       "--threads", 1, "--quiet", "--report", folder / "report.json"]
            for part, rows in (("train", train), ("valid", valid), ("test", test)):
                if rows:
                    write_csv(folder / f"{part}.csv", rows)
                    command += [f"--{part}", folder / f"{part}.csv"]
            for option, value in (options or {}).items():
                if value is not None:
                    command += ["--" + option.replace("_", "-"), value]
            command += ["--random-weights"] if self.random_weights else []
            self.programs.run(command)
            report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        return self.summary(report, train, valid, test)

    def summary(self, report, train, valid, test):
        split = report["data"]["split"]
        if (split["train"] + split["valid"], split["test"]) != (len(train + valid), len(test)):
            raise Failure(f"{len(train + valid)} and {len(test)} rows were written, afina split "
                          f"them into {split}")
        alone = report["ngrams"]["network_alone"] if report["ngrams"] else report["test"]
        epochs, best = report["epochs"], report["best_epoch"]
        return {
            "accuracy": report["test"]["accuracy"],
            "macro_f1": report["test"]["macro_f1"],
            "log_loss": report["test"]["log_loss"],
            "seconds": report["seconds"]["total"],
            "options": report["options"],
            "numerics": report["numerics"],
            "ngrams": report["ngrams"],
            "network_macro_f1": alone["macro_f1"],
            "epochs": len(epochs),
            "best_epoch": best,
            "trained_parameters": report["trained_parameters"],
            "weights_sha256": report["weights_sha256"],
            "build": self.build,
        }


def afina_learners(programs, binary, folders, random_weights=False):
    """One for each folder; SystemExit where the binary or a model is not there."""
    binary = Path(binary)
    if not binary.exists():
        raise SystemExit(f"there is no {binary}: build it with scripts/run, or name it (--afina)")
    for folder in folders:
        if not (folder / "model.safetensors").exists():
            raise SystemExit(f"{folder}: no model there")
    if len({folder.resolve().name for folder in folders}) < len(folders):
        raise SystemExit("two models with one name: the last part of a path is its column's head")
    version = programs.run([binary, "--version"]).strip()
    build = sha256([binary])
    return [Afina(programs, binary, version, build, folder, random_weights)
            for folder in folders]
