"""The part of the command line that scripts/quality and scripts/sweep share."""
import argparse
import sys
from datetime import datetime, timezone
from pathlib import Path

from . import rows, store, work

ROOT = Path(__file__).resolve().parent.parent.parent


def parser(words, sizes, out):
    made = argparse.ArgumentParser(
        description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--sets", default=ROOT.parent / "shared/datasets", metavar="DIR",
                      help="folder of NAME.train.csv and NAME.test.csv (../shared/datasets)")
    made.add_argument("--set", action="append", default=[], metavar="NAME",
                      help="once for each set; default: all")
    made.add_argument("--sizes", default=sizes, metavar="N,...",
                      help=f"below 100: labels a class; from 100 on: rows; all ({sizes})")
    made.add_argument("--seeds", default="1,2,3", metavar="N,...", help="(1,2,3)")
    made.add_argument("--out", default=ROOT / "build" / out, metavar="FILE",
                      help=f"where finished runs are kept (build/{out})")
    made.add_argument("--afina", default=ROOT / "build/release/afina", metavar="FILE")
    made.add_argument("--jobs", type=int, default=2, metavar="N",
                      help="runs at a time, one thread each (2)")
    made.add_argument("--again", action="store_true", help="repeat finished runs")
    made.add_argument("--table", metavar="FILE", help="print the tables of a file, run nothing")
    return made


def sizes_of(arguments):
    sizes = arguments.sizes.split(",")
    for size in sizes:
        if size != "all" and not (size.isdigit() and int(size) > 0):
            raise SystemExit(f"--sizes: '{size}' is neither a number nor all")
    return sizes


def seeds_of(arguments):
    seeds = arguments.seeds.split(",")
    if not all(seed.isdigit() and int(seed) > 0 for seed in seeds):
        raise SystemExit("--seeds: whole numbers from 1 on, such as 1,2,3")
    return [int(seed) for seed in seeds]


def new_run(labeled, size, seed, learner, train, test, options=None):
    """A run to make. "learner" and "identity" (of weights, version, recipe), "data" (of the files)
    and what follows from them stay in the results; "task" is for learn() alone."""
    parts = [labeled.name, size, seed, learner.name, learner.identity, labeled.sha256]
    key = "|".join(map(str, parts if options is None else [*parts, sorted(options.items())]))
    return {"key": key, "set": labeled.name, "size": size, "seed": seed, "learner": learner.name,
            "identity": learner.identity, "data": labeled.sha256, "rows": len(train),
            "classes": len({label for _, label in train}), "test_rows": len(test),
            "task": (learner, train, labeled.valid, test, options)}


def learn(run):
    learner, train, valid, test, options = run["task"]
    found = learner.learn(train, valid, test, run["seed"], options)
    kept = {name: value for name, value in run.items() if name != "task"}
    return {**kept, **found, "ended": datetime.now(timezone.utc).isoformat(timespec="seconds")}


def make_all(arguments, wanted, programs, words):
    """Makes the runs that are not finished; words(run) names the method. How many failed."""
    results = store.Store(arguments.out)
    finished = results.load()
    tasks = [run for run in wanted if arguments.again or run["key"] not in finished]
    tell(f"{len(wanted) - len(tasks)} runs are finished, {len(tasks)} are to make")
    tell_of_old_builds(wanted, finished, tasks)
    count = {"ended": 0, "failed": 0}

    def done(run, result, error):
        count["ended"] += 1
        line = (f"[{count['ended']}/{len(tasks)}] {run['set']}, {rows.size_words(run['size'])}, "
                f"seed {run['seed']}, {words(run)}: ")
        if error:
            count["failed"] += 1
            tell(f"{line}FAILED: {error}")
            return
        results.add(result)
        tell(line + "accuracy {accuracy:.4f}, macro-F1 {macro_f1:.4f}, {seconds:.0f} s".format(
            **result))

    work.for_all(tasks, arguments.jobs, learn, done, programs)
    return count["failed"]


def tell_of_old_builds(wanted, finished, tasks):
    """The defaults may change without a new version: old runs are told of, not thrown away."""
    making = {run["key"] for run in tasks}
    old = sum(1 for run in wanted if run["key"] not in making
              and finished[run["key"]].get("build") != run["task"][0].build)
    if old:
        tell(f"{old} of the finished are by another build of the same version: --again repeats "
             "them, where it may learn otherwise")


def tell(words):
    print(words, file=sys.stderr, flush=True)


def main(arguments, run_all, describe):
    """Runs, unless only the table is asked for, and prints the tables: the exit status."""
    if arguments.table and not Path(arguments.table).exists():
        raise SystemExit(f"there is no {arguments.table}")
    failed = 0
    if not arguments.table:
        programs = work.Programs()
        try:
            failed = run_all(arguments, programs)
        except KeyboardInterrupt:
            raise SystemExit(f"stopped: started again it goes on; --table {arguments.out} prints "
                             "what is there")
    print(describe(list(store.Store(arguments.table or arguments.out).load().values())))
    return 1 if failed else 0
