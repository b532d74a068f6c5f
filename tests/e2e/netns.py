"""Machines of a test: network namespaces joined by a bridge, so that a link can be cut as a cable is. Needs root,
ip, nft and a free 10.213.0.0/16."""

import json
import os
import shutil
import subprocess
import uuid


def why_not():
    """Why there can be no namespaces here; empty when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program, package in (("ip", "iproute2"), ("nft", "nftables")):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin"):
            return f"network namespaces need the program {program} (package {package})"
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

    # Pulled at the far end: the machine sees its own link as up and hears nothing more. Were the link itself down, a browser under test would
    # hold itself to be offline, and tests of an application on that very machine would fail, rightly and to no purpose here.
    def cut(self, name):
        ip("link", "set", self.cable(name), "nomaster")

    def mend(self, name):
        ip("link", "set", self.cable(name), "master", self.bridge)

    def lose(self, name, percent):
        """Of every hundred packets that this machine sends or receives so many are dropped at random; 0 ends it."""
        rules = "" if percent == 0 else "".join(
            f"chain {hook} {{ type filter hook {hook} priority 0; oifname != lo iifname != lo numgen random mod 100 < {percent} counter drop; }}\n" for hook in ("input", "output"))
        text = f"table inet loss\ndelete table inet loss\ntable inet loss {{\n{rules}}}\n"
        done = subprocess.run([*self.within(name), "nft", "-f", "-"], input=text, capture_output=True, text=True)
        assert done.returncode == 0, f"nft: {done.stderr.strip()}"

    def lost(self, name):
        """How many packets were dropped so."""
        done = subprocess.run([*self.within(name), "nft", "-j", "list", "ruleset"], capture_output=True, text=True, check=True)
        return sum(word["counter"]["packets"] for rule in json.loads(done.stdout)["nftables"] if "rule" in rule for word in rule["rule"]["expr"] if "counter" in word)

    def remove(self):
        for space in self.made:
            subprocess.run(["ip", "netns", "del", space], capture_output=True)
        subprocess.run(["ip", "link", "del", self.bridge], capture_output=True)
