"""The processes of one command: all are started here, and none outlives it, however it ends.

A child gets a process group of its own, so Ctrl-C reaches only the launcher, which then stops the others in order. Should the launcher
be killed, the kernel kills its children (PR_SET_PDEATHSIG). Signals are taken with `sigtimedwait`, never by handlers: the launcher sleeps
until a signal, a child's end, or the next look is due.

The same file stands in examples/analysis and examples/tasks, so that each example can be copied by itself; scripts/test_examples.sh compares them.
"""
import ctypes
import signal
import socket
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}
WATCHED = STOP_SIGNALS | {signal.SIGCHLD, signal.SIGUSR1}
LIBC = ctypes.CDLL(None)


class Stopped(Exception):
    """Somebody asked the launcher to stop."""


class Failed(Exception):
    """Something did not start, or ended when it should not have."""


def free_port():
    """A port of 127.0.0.1 that is free now; somebody else may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _in_child():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)


class Processes:
    def __init__(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        self.running = {}  # name -> Popen, in the order of their start

    def start(self, name, command, env, stdout=None):
        self.running[name] = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=stdout, preexec_fn=_in_child, process_group=0)
        return self.running[name]

    def sleep(self, seconds):
        """Waits for a signal or the time; returns the signal's number or None, raises Stopped."""
        info = signal.sigtimedwait(WATCHED, seconds)
        if info is None:
            return None
        if info.si_signo in STOP_SIGNALS:
            raise Stopped
        return info.si_signo

    def pause(self, seconds):
        """Waits the whole time, unless somebody asks to stop."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.sleep(left)

    def until(self, what, is_so, timeout_s, needs=()):
        """Waits until `is_so()` is true, while the processes named in `needs` live."""
        deadline = time.monotonic() + timeout_s
        while not is_so():
            for name in needs:
                if self.running[name].poll() is not None:
                    raise Failed(f"{name} ended with code {self.running[name].returncode} before {what}")
            if time.monotonic() > deadline:
                raise Failed(f"{what}: not so after {timeout_s} s")
            self.sleep(0.05)

    def ended(self):
        """The processes that are over, taken off the list: [(name, code)]."""
        over = [(name, child.returncode) for name, child in self.running.items() if child.poll() is not None]
        for name, _ in over:
            del self.running[name]
        return over

    def stop(self, grace_s=1.5):
        """SIGTERM to all, SIGKILL to what is left after `grace_s`."""
        for child in self.running.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + grace_s
        for child in self.running.values():
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.running.clear()


def say(text):
    print(text, file=sys.stdout, flush=True)
