#!/usr/bin/env python3
"""The import rules and the house rules of the C++ tree (docs/ARCHITECTURE.md), checked in well under a second.

Every room under src/ declares in its CMakeLists.txt what it may include (ROOMS) and which libraries it uses (VENDORS). This program checks
each #include against that declaration, the declaration against the table below, and what pure code may not do: ask for the time, the
environment, a random number or a file. It refuses; it never rewrites.

Usage: check_house.py [ROOT]      Prints one line per problem and ends with "house: N files, M problems". Exit code 1 when M > 0.
       check_house.py --long      Lists functions of more than 70 lines as well (advice, not a problem).
"""
import os
import re
import sys

FILE_LINES_MAX = 450
FUNCTION_LINES_MAX = 70

# ---- the table: which room may declare which, and which library ------------------------------------------------------------------
PURE = ["plan", "schedule", "run", "flow", "state", "insight", "report", "config", "wire"]  # from the bottom to the top
PORTS = ["adapter", "store", "artifact", "engine"]
CORE = ["base", "domain"]
ROOMS = {
    "base": [],
    "domain": ["base"],
    **{room: CORE + PURE[:index] for index, room in enumerate(PURE)},
    "adapter": CORE,
    "store": CORE + ["io"],
    "artifact": CORE + ["io"],
    "engine": CORE + ["io"],
    "io": ["base"],
    "notify": CORE + PURE + ["io"],
    "probe": CORE + PURE + ["io"],
    "board": CORE + PURE + ["store", "io", "probe"],
    "client": CORE + PURE + ["io"],
    "coordinator": CORE + PURE + PORTS + ["io", "notify", "probe", "board"],
    "agent": CORE + PURE + PORTS + ["io", "client", "probe", "board"],
    "cli": CORE + PURE + PORTS + ["io", "notify", "probe", "board", "client", "coordinator", "agent"],
}
VENDORS = {
    "vendor_asio": {"io"},
    "vendor_toml": {"config"},
    "vendor_sqlite": {"store"},
    "vendor_xml": {"adapter"},
    "vendor_json": {"adapter", "flow", "wire", "config", "notify", "probe", "coordinator", "engine", "artifact", "cli"},
    "vendor_crypto": {"artifact", "cli", "io", "coordinator"},
    "vendor_zlib": {"io", "artifact", "cli", "report"},
    "vendor_cli": {"cli"},
    "vendor_hiredis": {"probe"},
    "vendor_libpq": {"probe"},
    "vendor_rabbitmq": {"probe"},
}
# Only these folders of a room touch its library: the port beside them does not know it.
VENDOR_FOLDERS = {"vendor_sqlite": ["src/store/sqlite/"], "vendor_cli": ["src/cli/main.cpp", "src/cli/command_line/"]}
TEST_ONLY_VENDORS = {"vendor_json": {"report", "io"}, "vendor_xml": {"report"}, "vendor_sqlite": set(), "vendor_asio": set()}
HEADERS = {  # first match wins
    "boost/asio": "vendor_asio",
    "boost/beast": "vendor_asio",
    "boost/json": "vendor_json",
    "boost/": None,  # header-only parts of Boost (describe, mp11, pfr): no library, no I/O
    "openssl/": "vendor_crypto",
    "toml++/": "vendor_toml",
    "SQLiteCpp/": "vendor_sqlite",
    "sqlite3.h": "vendor_sqlite",
    "pugixml.hpp": "vendor_xml",
    "zlib.h": "vendor_zlib",
    "CLI/": "vendor_cli",
    "hiredis/": "vendor_hiredis",
    "postgresql/": "vendor_libpq",
    "amqp": "vendor_rabbitmq",
    "gtest/": "test",
    "gmock/": "test",
    "rapidcheck": "test",
    "benchmark/": "test",
    "fmt/": None,
    "tl/": None,
}
# Folders that hold one implementation of a port each. They are named only by themselves, by src/cli (which chooses) and by tests.
IMPLEMENTATIONS = {
    "store": ["sqlite", "memory", "postgres"],
    "artifact": ["disk", "s3", "memory"],
    "engine": ["local", "slurm", "kubernetes", "ecs"],
    "adapter": ["playwright", "cypress", "mocha", "pytest", "ctest", "command"],
}
CHOOSERS = {"src/adapter/registry.cpp"}  # the adapters' own table, by the name in tamarack.toml

POSIX = re.compile(r"^(sys/|arpa/|net/|netinet/|linux/|(unistd|fcntl|signal|spawn|poll|netdb|dirent|termios|pwd|grp|pthread|dlfcn|sched|time|stdlib)\.h$)")

# ---- what pure code may not do ---------------------------------------------------------------------------------------------------
PURE_ROOMS = {"base", "domain", "adapter", *PURE}
PURE_FILES = {
    "src/agent/worker_machine", "src/agent/settle", "src/agent/file_owner", "src/agent/watch_patterns", "src/agent/unpack_plan",
    "src/agent/workspace_choice", "src/coordinator/agent_event", "src/coordinator/sessions", "src/coordinator/agent_pool", "src/coordinator/rate_limit",
    "src/io/event_stream",
    *(f"src/notify/{name}" for name in ("news", "plain", "cloud_event", "github", "github_event", "slack", "otlp",
                                        "delivery", "retry", "outbox", "compose")),
}
PURE_EXEMPT = {"src/base/check.cpp"}  # prints and aborts: the program is broken
IMPURE_HEADERS = {"thread", "fstream", "iostream", "filesystem", "random", "mutex", "shared_mutex", "condition_variable", "future", "csignal", "ctime"}
IMPURE_CALLS = {
    r"\b(secure_)?getenv\s*\(": "reads the environment",
    r"\b(system|steady|high_resolution)_clock::now\b": "asks for the time; take an Instant",
    r"\btime\s*\(\s*(nullptr|NULL|0|&)": "asks for the time; take an Instant",
    r"\b(gettimeofday|clock_gettime|localtime\w*|mktime)\s*\(": "asks for the time; take an Instant",
    r"\brandom_device\b": "draws from the system; take a seed",
    r"(?<![\w:.>])(s?rand|random|arc4random)\s*\(": "draws from the system; take a seed",
    r"\b(fopen|freopen|popen|tmpfile)\s*\(": "opens a file",
    r"(?<![\w.])(std::)?(printf|puts|putchar|vprintf)\s*\(": "prints",
    r"\bfmt::print\w*\s*\(": "prints",
    r"\bstd::(cout|cerr|clog|cin)\b": "prints",
    r"\bstd::(thread|jthread|mutex|async)\b": "is concurrent",
    r"\bstd::(system|abort|exit|quick_exit|terminate)\s*\(|(?<![\w.>])_exit\s*\(": "ends or starts a process",
}
SLEEPS = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>])(::)?sleep\s*\(")
LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
LEFTOVER_ROOTS = ("src", "tests", "cmake", "scripts", "clients", "web/src")
LEFTOVER_EXEMPT = ("tests/house/", "scripts/check_house.py", "src/adapter/results/tap", "tests/fuzz/corpus/")  # TAP has a directive of that name
SKIPPED_FOLDERS = {"node_modules", "dist", "build", ".git", "__pycache__", ".tamarack", "projects"}

# ---- text of a file --------------------------------------------------------------------------------------------------------------
TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|(?:u8|[uUL])?R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
CMAKE_CALL = re.compile(r"\b(tamarack_room|tamarack_room_test)\s*\(\s*(\w+)([^)]*)\)", re.S)
CMAKE_KEYS = {"SOURCES", "ROOMS", "VENDORS", "OWN_MAIN"}
EMBED_CALL = re.compile(r"\btamarack_embed\s*\(\s*\w+\s+(\w+)")


def blanked(text):
    """The code without comments and literals, line by line in the same place."""
    return TOKENS.sub(lambda token: '""' + "\n" * token.group().count("\n") if token.group()[0] not in "/" else "\n" * token.group().count("\n"), text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def stem_of(path):
    return os.path.splitext(path)[0]


class House:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.long_functions = []
        self.files = 0
        self.declared = {}  # room -> {"room": {...}, "test": {...}} of ROOMS and VENDORS
        self.embedded = set()
        self.sources = {}  # room -> what its CMakeLists.txt lists

    def refuse(self, path, line, message):
        self.problems.append(f"{path}:{line}: {message}")

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def walk(self, top, endings):
        found = []
        for folder, folders, names in os.walk(os.path.join(self.root, top)):
            folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS and not (top == "tests" and name == "house"))
            for name in sorted(names):
                if name.endswith(endings):
                    found.append(os.path.relpath(os.path.join(folder, name), self.root))
        return found

    def check(self):
        self.read_declarations()
        for path in self.walk("src", (".h", ".cpp")):
            self.check_source(path)
        for path in self.walk("tests", (".h", ".cpp")):
            self.check_test_tree(path)
        for top in LEFTOVER_ROOTS:
            for path in self.walk(top, (".h", ".cpp", ".py", ".sh", ".cmake", ".txt", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".sql")):
                self.check_leftovers(path)
        self.problems.sort()

    # ---- declarations
    def read_declarations(self):
        for room in sorted(os.listdir(os.path.join(self.root, "src"))):
            path = f"src/{room}/CMakeLists.txt"
            if not os.path.isdir(os.path.join(self.root, "src", room)):
                continue
            if not os.path.exists(os.path.join(self.root, path)):
                if self.walk(f"src/{room}", (".cpp",)):
                    self.refuse(f"src/{room}", 1, "the room has no CMakeLists.txt, so it declares nothing")
                continue
            text = re.sub(r"#[^\n]*", lambda comment: " " * len(comment.group()), self.read(path))
            self.embedded |= {name + ".h" for name in EMBED_CALL.findall(text)}
            self.declared[room] = {}
            for call in CMAKE_CALL.finditer(text):
                self.read_call(room, path, text, call)

    def read_call(self, room, path, text, call):
        kind = "test" if call.group(1) == "tamarack_room_test" else "room"
        words = {key: [] for key in CMAKE_KEYS}
        key = "SOURCES"
        for word in call.group(3).split():
            if word in CMAKE_KEYS:
                key = word
            else:
                words[key].append(word)
        self.declared[room][kind] = {"ROOMS": set(words["ROOMS"]), "VENDORS": set(words["VENDORS"])}
        self.sources.setdefault(room, set()).update(f"src/{room}/{name}" for name in words["SOURCES"])
        line = line_of(text, call.start())
        if room not in ROOMS:
            return self.refuse(path, line, f"the room '{room}' is not in the table of {os.path.basename(__file__)}: say there what it may include")
        if kind == "test":
            return None
        for other in words["ROOMS"]:
            if other not in ROOMS[room]:
                allowed = ", ".join(ROOMS[room]) or "nothing"
                self.refuse(path, line, f"'{room}' may not declare the room '{other}'; allowed: {allowed}")
        for vendor in words["VENDORS"]:
            if vendor not in VENDORS:
                self.refuse(path, line, f"the library '{vendor}' is not in the table of {os.path.basename(__file__)}")
            elif room not in VENDORS[vendor]:
                self.refuse(path, line, f"'{room}' may not use '{vendor}'; allowed in: {', '.join(sorted(VENDORS[vendor]))}")
        return None

    # ---- one file
    def check_source(self, path):
        self.files += 1
        text = self.read(path)
        code = blanked(text)
        room = path.split("/")[1]
        is_test = path.endswith("_test.cpp")
        self.check_size(path, text, code)
        if room not in self.declared:
            return
        if path.endswith(".h") and not text.startswith("//"):
            self.refuse(path, 1, "a header begins with a comment that says what it is for and what it refuses")
        if path.endswith(".cpp") and path not in self.sources.get(room, set()) and path != "src/cli/main.cpp":
            self.refuse(path, 1, "no CMakeLists.txt of its room lists it: it is never built")
        for include in INCLUDE.finditer(text):
            line = line_of(text, include.start())
            if include.group(1) == '"':
                self.check_room_include(path, room, is_test, include.group(2), line)
            else:
                self.check_library_include(path, room, is_test, include.group(2), line)
        if not is_test and room != "io":
            self.check_calls(path, code, {SLEEPS.pattern: "sleeps; use a timer of io::Loop"})
        if is_test:
            self.check_calls(path, code, {SLEEPS.pattern: "sleeps; a test waits for an event"})
        if not is_test and self.is_pure(path, room):
            self.check_calls(path, code, IMPURE_CALLS)

    def is_pure(self, path, room):
        return path not in PURE_EXEMPT and (room in PURE_ROOMS or stem_of(path) in PURE_FILES)

    def check_room_include(self, path, room, is_test, target, line):
        if target in self.embedded:
            return
        other = target.split("/")[0]
        if "/" not in target or target.startswith("."):
            return self.refuse(path, line, f"includes '{target}': write it from src/, as \"{room}/{target}\"")
        if is_test and target.startswith("tests/"):
            return self.check_exists(path, line, target)
        declared = set(self.declared[room].get("room", {}).get("ROOMS", set()))
        if is_test:
            declared |= self.declared[room].get("test", {}).get("ROOMS", set())
        if other != room and other not in declared:
            allowed = ", ".join(sorted(declared)) or "no other room"
            return self.refuse(path, line, f"includes '{target}', but '{room}' declares {allowed}")
        if not is_test and stem_of(path) in PURE_FILES and other == "io" and room != "io":
            return self.refuse(path, line, f"includes '{target}', but this file is pure: facts in, orders out")
        if not is_test and room in PORTS and path.count("/") == 2 and other == "io":
            return self.refuse(path, line, f"includes '{target}': a port knows only base and domain; I/O belongs into an implementation")
        self.check_implementation(path, room, is_test, target, line)
        return self.check_exists(path, line, "src/" + target)

    def check_exists(self, path, line, target):
        if not os.path.exists(os.path.join(self.root, target)):
            self.refuse(path, line, f"includes '{target}', which does not exist")

    def check_implementation(self, path, room, is_test, target, line):
        parts = target.split("/")
        if len(parts) < 3 or parts[1] not in IMPLEMENTATIONS.get(parts[0], []) or is_test or room == "cli" or path in CHOOSERS:
            return
        if path.startswith(f"src/{parts[0]}/{parts[1]}/"):
            return
        own = path.split("/")[2] if path.count("/") > 2 else ""
        if room == parts[0] and own in IMPLEMENTATIONS[room]:
            return self.refuse(path, line, f"includes '{target}': an implementation never knows its sibling")
        return self.refuse(path, line, f"includes '{target}': only src/cli chooses an implementation; use the port of '{parts[0]}'")

    def check_library_include(self, path, room, is_test, header, line):
        if POSIX.match(header):
            if room != "io" and not is_test:
                self.refuse(path, line, f"includes <{header}>: only src/io talks to the operating system")
            return
        if header in IMPURE_HEADERS and not is_test and self.is_pure(path, room):
            return self.refuse(path, line, f"includes <{header}>, but pure code owns no clock, file, thread or random device")
        vendor = next((vendor for prefix, vendor in HEADERS.items() if header.startswith(prefix)), None)
        if vendor is None:
            return
        if vendor == "test":
            if not is_test:
                self.refuse(path, line, f"includes <{header}> outside of a test")
            return
        declared = set(self.declared[room].get("room", {}).get("VENDORS", set()))
        if is_test:
            declared |= self.declared[room].get("test", {}).get("VENDORS", set())
            if vendor in declared and room not in VENDORS[vendor] and room not in TEST_ONLY_VENDORS.get(vendor, set()):
                return self.refuse(path, line, f"includes <{header}>: the tests of '{room}' may not use '{vendor}'")
        if path in VENDOR_FOLDERS.get(vendor, []):
            return
        if vendor not in declared:
            return self.refuse(path, line, f"includes <{header}>, but '{room}' does not declare '{vendor}'")
        folders = VENDOR_FOLDERS.get(vendor)
        if folders and not path.startswith(tuple(folders)):
            self.refuse(path, line, f"includes <{header}>: only {' and '.join(folders)} may know it")
        if vendor == "vendor_asio" and path.endswith(".h") and os.path.basename(path) not in ("context.h",):
            self.refuse(path, line, f"includes <{header}> in a header: Asio stays inside src/io/*.cpp and io/context.h")

    def check_calls(self, path, code, table):
        for pattern, why in table.items():
            for call in re.finditer(pattern, code):
                self.refuse(path, line_of(code, call.start()), f"'{call.group().strip().rstrip('(').strip()}' {why}")

    def check_test_tree(self, path):
        self.files += 1
        text = self.read(path)
        code = blanked(text)
        self.check_size(path, text, code)
        self.check_calls(path, code, {SLEEPS.pattern: "sleeps; a test waits for an event"})

    def check_leftovers(self, path):
        if path.startswith(LEFTOVER_EXEMPT):
            return
        text = self.read(path)
        for word in LEFTOVERS.finditer(text):
            self.refuse(path, line_of(text, word.start()), f"'{word.group()}' is left in: do it now or write down why not under docs/decisions/")

    # ---- sizes
    def check_size(self, path, text, code):
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            self.refuse(path, 1, f"has {lines} lines; the limit is {FILE_LINES_MAX}: one thought per file")
        self.find_long_functions(path, code)

    def find_long_functions(self, path, code):
        opened = []
        start = 0
        for at, char in ((mark.start(), mark.group()) for mark in re.finditer(r"[{};]", code)):
            if char == "{":
                header = code[start:at].strip()
                opened.append((header, line_of(code, at) if header else 0))
            elif char == "}" and opened:
                header, first = opened.pop()
                is_function = re.search(r"\)\s*(const|noexcept|override|final|\s)*(->[^;]*)?$", header) and not re.search(
                    r"\b(if|for|while|switch|catch|namespace|class|struct|enum|TEST\w*|RC_GTEST\w*)\b|=|\]", header
                )
                if is_function and line_of(code, at) - first > FUNCTION_LINES_MAX:
                    name = re.sub(r"\s+", " ", header.split("(")[0]).split(" ")[-1]
                    self.long_functions.append(f"{path}:{first}: {name} has {line_of(code, at) - first} lines")
            start = at + 1


def main(arguments):
    show_long = "--long" in arguments
    roots = [argument for argument in arguments if not argument.startswith("--")]
    house = House(roots[0] if roots else os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    house.check()
    for problem in house.problems:
        print(problem)
    if show_long:
        for one in sorted(house.long_functions):
            print(f"advice: {one}")
    print(f"house: {house.files} files, {len(house.problems)} problems, {len(house.long_functions)} functions longer than {FUNCTION_LINES_MAX} lines")
    return 1 if house.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
