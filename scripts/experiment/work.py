"""Independent tasks, some at a time, and the programs that they start.

Ctrl-C (or a SIGTERM) ends the programs and all that follows. They run in sessions of their own, as
afina takes a Ctrl-C of its terminal for the wish to stop training early and to be scored as it is.
"""
import os
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Failure(Exception):
    """A task that could not be done, in words for people."""


class Programs:
    def __init__(self):
        self.running, self.lock, self.stopped = set(), threading.Lock(), False

    def run(self, command):
        """The program's standard output; Failure with the end of its messages where it fails."""
        with self.lock:
            if self.stopped:
                raise Failure("stopped")
            process = subprocess.Popen([str(part) for part in command], text=True,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, encoding="utf-8",
                                       env={**os.environ, **ONE_THREAD}, start_new_session=True)
            self.running.add(process)
        output, messages = process.communicate()
        with self.lock:
            self.running.discard(process)
            if self.stopped:
                raise Failure("stopped")
        if process.returncode != 0:
            raise Failure(messages.strip()[-600:] or f"{command[0]} ended with "
                          f"{process.returncode}")
        return output

    def stop(self):
        with self.lock:
            self.stopped = True
            for process in self.running:
                process.kill()


def for_all(tasks, jobs, do, done, programs):
    """done(task, result, error) after each do(task), as they end; error is None or a Failure."""
    def interrupt(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        futures = {pool.submit(do, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                error = future.exception()
                if error is not None and not isinstance(error, Failure):
                    raise error
                done(futures[future], None if error else future.result(), error)
        except BaseException:
            programs.stop()
            pool.shutdown(cancel_futures=True)
            raise
