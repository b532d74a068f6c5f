"""Each rule of scripts/check_house.py refuses a small tree that breaks it, and says why. The first test is the real tree."""
import os
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
CHECK = os.path.join(REPOSITORY, "scripts", "check_house.py")

# A house in order: two rooms, a port with two implementations, a test.
GOOD = {
    "src/base/CMakeLists.txt": "tamarack_room(base SOURCES text.cpp)\n",
    "src/base/text.h": "// Text.\n#pragma once\n#include <string>\n",
    "src/base/text.cpp": '#include "base/text.h"\n',
    "src/domain/CMakeLists.txt": "tamarack_room(domain SOURCES test.cpp ROOMS base)\ntamarack_room_test(domain SOURCES test_test.cpp)\n",
    "src/domain/test.h": '// A test.\n#pragma once\n#include "base/text.h"\n',
    "src/domain/test.cpp": '#include "domain/test.h"\n',
    "src/domain/test_test.cpp": '#include "domain/test.h"\n#include <gtest/gtest.h>\n',
    "src/io/CMakeLists.txt": "tamarack_room(io SOURCES loop.cpp ROOMS base VENDORS vendor_asio)\n",
    "src/io/loop.h": "// The loop.\n#pragma once\n",
    "src/io/loop.cpp": '#include "io/loop.h"\n#include <boost/asio/post.hpp>\n#include <unistd.h>\n',
    "src/store/CMakeLists.txt": "tamarack_room(store\n  SOURCES sqlite/sqlite_store.cpp memory/memory_store.cpp\n  ROOMS base domain io\n  VENDORS vendor_sqlite)\n",
    "src/store/store.h": '// The port.\n#pragma once\n#include "domain/test.h"\n',
    "src/store/sqlite/sqlite_store.h": '// On disk.\n#pragma once\n#include "store/store.h"\n',
    "src/store/sqlite/sqlite_store.cpp": '#include "store/sqlite/sqlite_store.h"\n#include "io/loop.h"\n#include <sqlite3.h>\n',
    "src/store/memory/memory_store.h": '// In memory.\n#pragma once\n#include "store/store.h"\n',
    "src/store/memory/memory_store.cpp": '#include "store/memory/memory_store.h"\n',
}


def check(files):
    """Exit code and output of the check over GOOD with some files replaced or added."""
    with tempfile.TemporaryDirectory() as root:
        for path, content in {**GOOD, **files}.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(content)
        run = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout


def add(path, line):
    return {path: GOOD[path] + line + "\n"}


class House(unittest.TestCase):
    def assert_refused(self, files, *said):
        code, out = check(files)
        self.assertEqual(code, 1, out)
        for text in said:
            self.assertIn(text, out)
        self.assertEqual(out.count("\n"), len(said) + 1, "one line per problem, nothing else:\n" + out)

    def assert_accepted(self, files):
        code, out = check(files)
        self.assertEqual((code, out.count("\n")), (0, 1), out)

    def test_the_real_tree_keeps_the_rules_and_the_check_is_quick(self):
        started = time.monotonic()
        run = subprocess.run([sys.executable, CHECK], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertLess(time.monotonic() - started, 10, "an import check that is slow is not run")

    def test_a_house_in_order_is_accepted(self):
        self.assert_accepted({})

    def test_an_undeclared_room_is_refused(self):
        self.assert_refused(
            add("src/domain/test.cpp", '#include "io/loop.h"'), "src/domain/test.cpp:2: includes 'io/loop.h', but 'domain' declares base")

    def test_a_declaration_against_the_table_is_refused(self):
        self.assert_refused(
            {"src/domain/CMakeLists.txt": GOOD["src/domain/CMakeLists.txt"].replace("ROOMS base", "ROOMS base io")},
            "src/domain/CMakeLists.txt:1: 'domain' may not declare the room 'io'; allowed: base")

    def test_the_pure_rooms_have_an_order(self):
        self.assert_refused(
            {"src/schedule/CMakeLists.txt": "tamarack_room(schedule SOURCES q.cpp ROOMS base report)\n", "src/schedule/q.cpp": "int q;\n"},
            "'schedule' may not declare the room 'report'")

    def test_agent_and_coordinator_never_meet(self):
        self.assert_refused(
            {"src/agent/CMakeLists.txt": "tamarack_room(agent SOURCES a.cpp ROOMS base coordinator)\n", "src/agent/a.cpp": "int a;\n"},
            "'agent' may not declare the room 'coordinator'")
        self.assert_refused(
            {"src/coordinator/CMakeLists.txt": "tamarack_room(coordinator SOURCES c.cpp ROOMS base agent)\n", "src/coordinator/c.cpp": "int c;\n"},
            "'coordinator' may not declare the room 'agent'")

    def test_a_room_that_is_not_in_the_table_is_refused(self):
        self.assert_refused(
            {"src/utils/CMakeLists.txt": "tamarack_room(utils SOURCES u.cpp)\n", "src/utils/u.cpp": "int u;\n"}, "the room 'utils' is not in the table")

    def test_a_room_without_a_declaration_is_refused(self):
        self.assert_refused({"src/utils/u.cpp": "int u;\n"}, "src/utils:1: the room has no CMakeLists.txt")

    def test_an_implementation_never_knows_its_sibling(self):
        self.assert_refused(
            add("src/store/sqlite/sqlite_store.cpp", '#include "store/memory/memory_store.h"'), "an implementation never knows its sibling")

    def test_only_the_command_line_chooses_an_implementation(self):
        room = {"src/coordinator/CMakeLists.txt": "tamarack_room(coordinator SOURCES c.cpp ROOMS base store)\n"}
        self.assert_refused(
            {**room, "src/coordinator/c.cpp": '#include "store/sqlite/sqlite_store.h"\n'}, "only src/cli chooses an implementation; use the port of 'store'")
        self.assert_accepted({**room, "src/coordinator/c.cpp": '#include "store/store.h"\n'})
        self.assert_accepted(
            {"src/cli/CMakeLists.txt": "tamarack_room(cli SOURCES c.cpp ROOMS base store)\n", "src/cli/c.cpp": '#include "store/sqlite/sqlite_store.h"\n'})

    def test_a_port_knows_no_io(self):
        self.assert_refused(add("src/store/store.h", '#include "io/loop.h"'), "a port knows only base and domain")

    def test_libraries_stay_where_they_are_declared(self):
        self.assert_refused(add("src/domain/test.cpp", "#include <boost/json.hpp>"), "'domain' does not declare 'vendor_json'")
        self.assert_refused(add("src/domain/test.cpp", "#include <toml++/toml.h>"), "'domain' does not declare 'vendor_toml'")
        self.assert_refused(add("src/store/memory/memory_store.cpp", "#include <SQLiteCpp/SQLiteCpp.h>"), "only src/store/sqlite/ may know it")
        self.assert_refused(add("src/io/loop.h", "#include <boost/asio/post.hpp>"), "Asio stays inside src/io/*.cpp")
        self.assert_refused(
            {"src/domain/CMakeLists.txt": "tamarack_room(domain SOURCES test.cpp ROOMS base VENDORS vendor_asio)\ntamarack_room_test(domain SOURCES test_test.cpp)\n"},
            "'domain' may not use 'vendor_asio'; allowed in: io")

    def test_only_io_talks_to_the_operating_system(self):
        for header in ("unistd.h", "sys/socket.h", "sys/inotify.h", "spawn.h", "signal.h"):
            self.assert_refused(add("src/store/sqlite/sqlite_store.cpp", f"#include <{header}>"), f"includes <{header}>: only src/io talks to the operating system")

    def test_test_libraries_stay_in_tests(self):
        self.assert_refused(add("src/domain/test.cpp", "#include <gtest/gtest.h>"), "includes <gtest/gtest.h> outside of a test")

    def test_pure_rooms_own_no_clock_file_thread_or_device(self):
        for call in ('getenv("X")', "std::chrono::system_clock::now()", "time(nullptr)", "std::random_device{}()", 'std::fopen("x", "r")', 'std::printf("x")', "rand()"):
            code, out = check(add("src/domain/test.cpp", f"auto f() {{ return {call}; }}"))
            self.assertEqual(code, 1, call)
            self.assertIn("src/domain/test.cpp:2: '", out)
        for header in ("thread", "fstream", "random", "filesystem"):
            self.assert_refused(add("src/domain/test.cpp", f"#include <{header}>"), f"includes <{header}>, but pure code owns no clock")

    def test_text_and_comments_are_not_code(self):
        self.assert_accepted(add("src/domain/test.cpp", '// getenv("X")\n/* fopen( */ const char* a = "rand()"; auto b = R"(time(nullptr))"; int c = 1\'000;'))
        self.assert_refused(add("src/domain/test.cpp", "int c = 1'000; auto d = rand(); int e = 2'000;"), "'rand' draws from the system")

    def test_the_clock_is_io(self):
        self.assert_accepted(add("src/io/loop.cpp", "auto n() { return std::chrono::system_clock::now(); }"))

    def test_nobody_sleeps(self):
        self.assert_refused(add("src/store/memory/memory_store.cpp", "void f() { std::this_thread::sleep_for(x); }"), "'sleep_for' sleeps; use a timer of io::Loop")
        self.assert_refused(add("src/domain/test_test.cpp", "void f() { usleep(3); }"), "'usleep' sleeps; a test waits for an event")

    def test_nothing_is_left_for_later(self):
        self.assert_refused(add("src/domain/test.cpp", "// TODO: all of it"), "src/domain/test.cpp:2: 'TODO' is left in")
        self.assert_refused({"scripts/x.sh": "# FIXME\n"}, "scripts/x.sh:1: 'FIXME' is left in")

    def test_files_have_a_size(self):
        self.assert_refused(add("src/domain/test.cpp", "int a;\n" * 460), "the limit is 450: one thought per file")

    def test_headers_begin_with_their_purpose(self):
        self.assert_refused({"src/domain/test.h": "#pragma once\n"}, "a header begins with a comment that says what it is for")

    def test_includes_are_written_from_src_and_exist(self):
        self.assert_refused(add("src/domain/test.cpp", '#include "test.h"'), "write it from src/, as \"domain/test.h\"")
        self.assert_refused(add("src/domain/test.cpp", '#include "base/gone.h"'), "includes 'src/base/gone.h', which does not exist")

    def test_a_source_nobody_builds_is_refused(self):
        self.assert_refused({"src/domain/forgotten.cpp": "int a;\n"}, "src/domain/forgotten.cpp:1: no CMakeLists.txt of its room lists it")

    def test_long_functions_are_named_as_advice(self):
        body = "void endless(int a) {\n" + "  ++a;\n" * 80 + "}\n"
        code, out = check(add("src/domain/test.cpp", body))
        self.assertEqual(code, 0, out)
        self.assertIn("1 functions longer than 70 lines", out)


if __name__ == "__main__":
    unittest.main()
