"""What people see: plain lines without a terminal, the live view in one, colours only where they are wanted."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

ESCAPE = "\x1b["


def in_terminal(project, *arguments, env=None, width=100, height=24, seconds=30):
    """Runs the binary with a pseudo-terminal as its output and returns (exit code, everything it wrote)."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    process = project.start(*arguments, env={"TERM": "xterm-256color", **(env or {})}, stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    written = b""
    deadline = time.monotonic() + seconds
    while True:
        assert time.monotonic() < deadline, written.decode(errors="replace")
        ready, _, _ = select.select([leader], [], [], 0.2)
        if not ready:
            continue
        try:
            part = os.read(leader, 65536)
        except OSError:  # the other end was closed
            break
        if not part:
            break
        written += part
    os.close(leader)
    return process.wait(), written.decode(errors="replace")


def screen_after(text):
    """The lines that stand on a terminal in the end: cursor up, erase line, colours and line ends are obeyed."""
    lines, row = [""], 0
    column = 0
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
        if token == "\r":
            column = 0
        elif token == "\n":
            row += 1
            column = 0
            while len(lines) <= row:
                lines.append("")
        elif token.startswith(ESCAPE) and token.endswith("A"):
            row = max(0, row - int(token[2:-1] or 1))
        elif token.startswith(ESCAPE) and token.endswith("K"):
            lines[row] = ""
        elif token.startswith(ESCAPE):
            assert token[-1] in "mhl", f"an escape sequence this test does not know: {token!r}"
        else:
            lines[row] = lines[row].ljust(column)[:column] + token + lines[row][column + len(token):]
            column += len(token)
    return [line.rstrip() for line in lines]


def test_plain_lines_without_a_terminal(project):
    project.commands(["a", "b", "c"], 'test "$1" != b\n')
    finished = project.tamarack("run")
    assert finished.code == 1 and ESCAPE not in finished.text
    lines = finished.out.splitlines()
    assert lines[0].startswith("3 tests on 2 workers, 3 units · seed ")
    assert sum(bool(re.match(r"  [✓✗] +\d/3  [abc] \(", line)) for line in lines) == 3
    assert any("again: tamarack run --only b" in line for line in lines)
    assert "(exit code 1)" in lines[-1]


def test_a_failing_command_is_shown_with_its_last_words(project):
    words = "; ".join(f'echo "line {n}"' for n in range(30))
    project.commands(["good", "bad"], f'{words}; printf "\\033[31mbasket: no such table\\033[0m\\n" >&2; [ "$1" != bad ]\n')
    finished = project.tamarack("run")
    assert finished.code == 1
    block = finished.out[finished.out.index("  1) bad"):]
    assert "     the command ended with exit code 1\n     | … 21 lines before, in the report\n     | line 21\n" in block, block
    assert "     | line 29\n     | basket: no such table\n     again: tamarack run --only bad" in block, block
    assert "| line" not in finished.out[:finished.out.index("  1) bad")], "those of tests that passed are not shown"


def test_the_live_view_appears_and_the_screen_is_left_clean(project):
    project.commands(["a", "broken", "c", "d"], 'test "$1" != broken || exit 1; sleep 0.4\n')
    code, written = in_terminal(project, "run")
    assert code == 1
    assert f"{ESCAPE}1A{ESCAPE}2K" in written, "it redraws in place"
    assert re.search(r"local/1 .*\d", written) and "█" in written or "░" in written, "workers and a bar were shown"
    screen = screen_after(written)
    assert not any("░" in line or "█" in line for line in screen), "\n".join(screen)
    assert not any(line.strip().startswith("local/") for line in screen), "\n".join(screen)
    text = "\n".join(screen)
    assert "broken" in text and "4 planned = 3 passed + 1 failed" in text and "(exit code 1)" in text
    assert f"{ESCAPE}?25l" not in written or written.rindex(f"{ESCAPE}?25h") > written.rindex(f"{ESCAPE}?25l"), "the cursor is back"


def test_no_line_of_the_live_view_is_wider_than_the_terminal(project):
    project.commands(["a-unit-with-a-very-long-name-" + "x" * 120, "b"], "sleep 0.4\n")
    code, written = in_terminal(project, "run", width=60)
    assert code == 0
    drawn = [line for line in re.split(r"\r?\n", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)) if line.strip().startswith("local/")]
    assert drawn and all(len(line.strip("\r")) <= 60 for line in drawn)


def test_colours_in_a_terminal(project):
    project.commands(["a"], "exit 1\n")
    _, coloured = in_terminal(project, "run")
    assert re.search(r"\x1b\[[0-9;]*m", coloured)


def test_no_color(project):
    project.commands(["a"], "sleep 0.3; exit 1\n")
    code, written = in_terminal(project, "run", env={"NO_COLOR": "1"})
    assert code == 1 and not re.search(r"\x1b\[[0-9;]*m", written)
    assert f"{ESCAPE}2K" in written, "the live view does not need colours"


def test_ci_and_dumb_terminals_get_plain_lines(project):
    project.commands(["a"], "true\n")
    for env in ({"CI": "true"}, {"TERM": "dumb"}):
        code, written = in_terminal(project, "run", env=env)
        assert code == 0 and f"{ESCAPE}2K" not in written, env
        assert re.search(r"✓ .*1/1  a", re.sub(r"\x1b\[[0-9;]*m", "", written)), written


def test_ctrl_c_in_the_terminal_leaves_it_clean(project):
    project.commands(["hang"], "echo began > began; exec sleep 600\n")
    leader, follower = pty.openpty()
    process = project.start("run", env={"TERM": "xterm"}, stdin=follower, stdout=follower, stderr=follower, start_new_session=True)
    os.close(follower)
    written = b""
    interrupted = False
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if select.select([leader], [], [], 0.1)[0]:
                part = os.read(leader, 65536)
                if not part:
                    break
                written += part
        except OSError:
            break
        if not interrupted and project.read("began") and b"hang" in written:
            process.send_signal(2)
            interrupted = True
    os.close(leader)
    assert process.wait(timeout=10) == 7
    screen = "\n".join(screen_after(written.decode(errors="replace")))
    assert "1 cancelled" in screen and "░" not in screen
