"""Finished runs in a file: written as each one ends, so that a sitting can end at any time.

FILE.jsonl: one run a line, appended. Anything else: one JSON array, replaced as a whole, under a
lock, so that two processes may fill one file. A run is an object with its "key"; of several with
one key the last counts.
"""
import fcntl
import json
import os
from pathlib import Path


class Store:
    def __init__(self, path):
        self.path = Path(path)
        self.lines = self.path.suffix == ".jsonl"

    def load(self):
        """{key: run}, in the order in which they ended."""
        if not self.path.exists():
            return {}
        text = self.path.read_text(encoding="utf-8")
        runs = {}
        for run in self.parse(text):
            runs.pop(run["key"], None)
            runs[run["key"]] = run
        return runs

    def parse(self, text):
        if not self.lines:
            return json.loads(text)
        # A line without its end is what a crash left of a run: that run is made again.
        whole = text.split("\n")[:-1]
        return [json.loads(line) for line in whole if line]

    def add(self, run):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_name(self.path.name + ".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.lines:
                self.append(run)
            else:
                runs = self.load()
                runs.pop(run["key"], None)
                self.replace({**runs, run["key"]: run})

    def append(self, run):
        with open(self.path, "ab+") as file:
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)
            file.write(json.dumps(run, ensure_ascii=False).encode() + b"\n")

    def replace(self, runs):
        partial = self.path.with_name(self.path.name + ".partial")
        rows = (json.dumps(run, ensure_ascii=False) for run in runs.values())
        partial.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")
        os.replace(partial, self.path)
