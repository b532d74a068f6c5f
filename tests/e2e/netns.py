"""Machines of a test: network namespaces joined by a bridge, so that a link can be cut as a cable is. Needs root, ip and a free 10.213.0.0/16."""

import os
import shutil
import subprocess
import uuid


def why_not():
    """Why there can be no namespaces here; empty when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "network namespaces need the program ip (package iproute2)"
    probe = f"tmk{uuid.uuid4().hex[:6]}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if made.returncode != 0:
        return "network namespaces cannot be made here: " + made.stderr.strip()
    subprocess.run(["ip", "netns", "del", probe], check=True)
    return ""


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr.strip()}"


class Machines:
    """`names` become machines with addresses of their own; this process stays outside and is reached at `host`."""

    def __init__(self, names):
        self.tag = uuid.uuid4().hex[:5]
        third = os.getpid() % 250 + 1
        self.host = f"10.213.{third}.1"
        self.bridge = f"tmkb{self.tag}"
        self.names = list(names)
        self.made = []
        ip("link", "add", self.bridge, "type", "bridge")
        ip("addr", "add", f"{self.host}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")
        for number, name in enumerate(self.names):
            space, outside = self.space(name), self.cable(name)
            ip("netns", "add", space)
            self.made.append(space)
            ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", space)
            ip("link", "set", outside, "master", self.bridge, "up")
            ip("-n", space, "addr", "add", f"10.213.{third}.{number + 2}/24", "dev", "eth0")
            ip("-n", space, "link", "set", "eth0", "up")
            ip("-n", space, "link", "set", "lo", "up")

    def space(self, name):
        return f"tmk{self.tag}{name}"

    def cable(self, name):
        return f"v{self.tag}{self.names.index(name)}"

    def within(self, name):
        """Words before a command that then runs on that machine."""
        return ["/usr/sbin/ip" if os.path.exists("/usr/sbin/ip") else shutil.which("ip"), "netns", "exec", self.space(name)]

    def cut(self, name):
        ip("link", "set", self.cable(name), "down")

    def mend(self, name):
        ip("link", "set", self.cable(name), "up")

    def remove(self):
        for space in self.made:
            subprocess.run(["ip", "netns", "del", space], capture_output=True)
        subprocess.run(["ip", "link", "del", self.bridge], capture_output=True)
