#!/usr/bin/python3
"""The full figure of kill_story.py: KILLS (default 50) random instants, one fresh run each. Prints one summary line; exit 1 when a
promise was broken. The seed is printed with a failure: SEED=… KILLS=1 repeats it."""

import os
import sys
import tempfile
import traceback

import kill_story
from harness import Project


def main():
    kills = int(os.environ.get("KILLS", "50"))
    seed = int(os.environ.get("SEED", "1"))
    total = {}
    broken = []
    for number in range(kills):
        with tempfile.TemporaryDirectory(prefix="tamarack-kill-") as folder:
            project = Project(folder)
            try:
                for name, count in kill_story.tell(project, seed + number).items():
                    total[name] = total.get(name, 0) + count
            except AssertionError:
                traceback.print_exc()
                broken.append(seed + number)
            finally:
                project.clean_up()
    print(f"{kills} instants, {total.get('killed', 0)} kills of tamarack ({total.get('before the plan', 0)} before there was a plan): "
          f"{total.get('finished', 0)} tests were finished by then and none ran again, {total.get('repeated', 0)} in flight were repeated, "
          f"{len(broken)} stories broken{' (seeds ' + ', '.join(map(str, broken)) + ')' if broken else ''}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
