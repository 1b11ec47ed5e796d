"""Stations behind emulated links, for the measurements: `import links`."""

import datetime
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "faults"))
from stations import BIN, Control, Failure, Lab, Refused, Skip, cable, digest, run, say, until  # noqa: E402,F401

PORT = 7_411


class LinkLab(Lab):
    """Stations A, B ... in a row, each in a namespace of its own."""

    def __init__(self, count=2, **keys):
        if os.geteuid() != 0:
            raise Skip("network namespaces need root")
        if not os.path.exists("/dev/net/tun"):
            raise Skip("/dev/net/tun is not here")
        self.space = f"cable{os.getpid()}-"
        super().__init__(count, **keys)
        self.emulator = subprocess.Popen(
            [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "emulator.py"), self.space, str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.emulator.stdout.readline().strip() != "up":
            raise Failure("the emulator does not start")

    def address(self, index):
        return f"10.89.0.{index + 1}:{PORT}"

    def command(self, line):
        self.emulator.stdin.write(line + "\n")
        self.emulator.stdin.flush()
        return self.emulator.stdout.readline().strip()

    def way(self, a="*", b="*", **terms):
        """Sets both directions between two stations, or all."""
        items = " ".join(f"{key}={value}" for key, value in terms.items())
        for pair in ((a, b), (b, a)):
            ends = " ".join("*" if end == "*" else str(end + 1) for end in pair)
            if self.command(f"{ends} {items}") != "done":
                raise Failure(f"the emulator does not take {items}")

    def start(self, *stations, wait=True, before=()):
        for station in stations:
            super().start(station, wait=wait, before=("ip", "netns", "exec", f"{self.space}{station + 1}", *before))

    def link_up(self, a, peer):
        return any(row["peer"] == self.names[peer] and row["state"] == "up" for row in self.ask(a, "link.list"))

    def remove(self):
        super().remove()
        self.emulator.stdin.close()
        self.emulator.wait(10)


def seconds(stamp):
    """A time as routerd writes it, as seconds since 1970."""
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def submit_timed(lab, control, octets):
    """Submits; gives the identity, and when the answer was here."""
    return control.submit(octets), time.time()


def arrivals(lab, station, wanted, patience):
    """When each wanted cable's record stood in the inbox."""
    found = {}

    def all_here():
        for row in lab.ask(station, "inbox.list"):
            if row["id"] in wanted:
                found[row["id"]] = seconds(row["receivedAt"])
        return len(found) == len(wanted)

    until("all cables are in the inbox", all_here, patience, pause=0.5)
    return found


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]


def shape(values):
    return " ".join(
        [f"n {len(values)}"] + [f"p{share} {percentile(values, share):.3f}" for share in (50, 90, 95, 99)]
        + [f"max {max(values):.3f} s"])
