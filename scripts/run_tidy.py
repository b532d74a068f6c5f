#!/usr/bin/env python3
"""clang-tidy over the C++ sources, two at a time, remembering what was clean.

A file is looked at again only when it, a header of ours that it includes, its command line or .clang-tidy has changed. The memory is one
empty file per clean state in build/tidy-cache. Precompiled headers are used as the build made them; without them the time doubles.

Usage: run_tidy.py [FILE …]       default: every src/**/*.cpp that the build knows, tests excepted. Last line: "tidy: N files, M with findings".
TIDY_SHARE=N takes one file in N, other ones with every commit: what CI can afford on a machine that remembers nothing.
"""
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build", "check")
CACHE = os.path.join(ROOT, "build", "tidy-cache")
TIDY = "clang-tidy-19"
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def reachable(path, seen):
    """The file and every header of ours it includes, directly or not."""
    if path in seen or not os.path.exists(path):
        return
    seen[path] = read(path)
    for include in INCLUDE.findall(seen[path]):
        reachable(os.path.join(ROOT, "src", include.decode()), seen)


def state_of(path, command, common):
    digest = hashlib.sha256(common + command.encode())
    seen = {}
    reachable(path, seen)
    for name in sorted(seen):
        digest.update(name.encode() + b"\0" + hashlib.sha256(seen[name]).digest())
    return digest.hexdigest()


def look_at(path, state):
    run = subprocess.run([TIDY, "-p", BUILD, "--quiet", path], capture_output=True, text=True, check=False, cwd=ROOT)
    findings = run.stdout.strip()
    if run.returncode == 0 and not findings:
        open(os.path.join(CACHE, state), "w", encoding="utf-8").close()
        return ""
    # Without a finding it could not read the file at all: its own words are on standard error.
    return findings or run.stderr.strip() or f"{TIDY} ended with {run.returncode}"


def in_share(share):
    """Whether a file is one of this commit's, that is of its src; share 1: all are."""
    head = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD:src"], capture_output=True, check=False).stdout
    return lambda path: int.from_bytes(hashlib.sha256(head + os.path.relpath(path, ROOT).encode()).digest()[:8], "big") % share == 0


def main(wanted):
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        commands = {entry["file"]: entry["command"] for entry in json.load(file)}
    wanted = {os.path.abspath(path) for path in wanted}
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    common = version + read(os.path.join(ROOT, ".clang-tidy"))
    files = {}
    for path, command in commands.items():
        inside = path.startswith(os.path.join(ROOT, "src") + os.sep) and path.endswith(".cpp") and not path.endswith("_test.cpp")
        if os.path.exists(path) and (path in wanted if wanted else inside):
            files[path] = state_of(path, command, common)
    taken = in_share(int(os.environ.get("TIDY_SHARE", "1")))
    if not wanted:
        files = {path: state for path, state in files.items() if taken(path)}
    known = set(os.listdir(CACHE))
    todo = [path for path in sorted(files) if files[path] not in known]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        for path, findings in zip(todo, pool.map(lambda path: look_at(path, files[path]), todo)):
            if findings:
                bad += 1
                print(findings.replace(ROOT + os.sep, ""), flush=True)
    if not wanted and "TIDY_SHARE" not in os.environ:
        for stale in known - set(files.values()):
            os.remove(os.path.join(CACHE, stale))
    print(f"tidy: {len(files)} files, {len(todo)} looked at, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
