"""Bad links on one machine: a network namespace for each station, joined by an emulator in user space.

Each namespace has one tunnel device; what is sent into it is read here, and written into the other's after the delay, at
the rate and with the losses of the way between the two. No kernel module is needed but `tun`; root is.

    python3 emulator.py PREFIX COUNT     names PREFIX1 ..., addresses 10.89.0.1 ... and fd89::1 ...; ends with its input

Each line of its input sets one way, and is answered with a line: `FROM TO key=value ...`, with `*` for any station:
delay (ms), rate (bit/s, 0: any), queue (packets before the rate), loss (%), down (0 or 1). `stats` answers in JSON.
"""

import ctypes
import fcntl
import heapq
import itertools
import json
import os
import random
import selectors
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
TUN_WITHOUT_HEADER = 0x1001
CLONE_NEWNET = 0x40000000
PACKET_MAX = 65_535
PACKETS_IN_ONE_GO = 64


class Way:
    """From one station to another."""

    def __init__(self):
        self.delay = 0.0
        self.rate = 0.0
        self.queue = 64
        self.loss = 0.0
        self.down = 0
        self.free_at = 0.0
        self.leaving = []  # when each queued packet leaves the queue
        self.carried = self.octets = self.lost = self.overflowed = 0

    def set(self, key, value):
        if key not in ("delay", "rate", "queue", "loss", "down"):
            raise ValueError(f"no such key: {key}")
        setattr(self, key, float(value))

    def accept(self, packet, now, dice):
        """When the packet arrives, or None."""
        if self.down or dice.random() * 100 < self.loss:
            self.lost += 1
            return None
        leaves = now
        if self.rate:
            while self.leaving and self.leaving[0] <= now:
                self.leaving.pop(0)
            if len(self.leaving) >= self.queue:
                self.overflowed += 1
                return None
            leaves = self.free_at = max(self.free_at, now) + len(packet) * 8 / self.rate
            self.leaving.append(leaves)
        return leaves + self.delay / 1_000


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def open_tunnel(namespace, number):
    """Makes the namespace with its device; gives the device's descriptor."""
    ip("netns", "add", namespace)
    libc = ctypes.CDLL(None, use_errno=True)
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        tunnel = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", b"way0", TUN_WITHOUT_HEADER))
    finally:
        libc.setns(own, CLONE_NEWNET)
        os.close(there)
        os.close(own)
    ip("-n", namespace, "link", "set", "lo", "up")
    ip("-n", namespace, "link", "set", "way0", "up")
    ip("-n", namespace, "addr", "add", f"10.89.0.{number}/24", "dev", "way0")
    ip("-n", namespace, "-6", "addr", "add", f"fd89::{number}/64", "dev", "way0", "nodad")
    return tunnel


def destination(packet):
    if packet[0] >> 4 == 4:
        return packet[19]
    if packet[0] >> 4 == 6:
        return packet[39]
    return 0


def emulate(tunnels, ways, dice):
    selector = selectors.DefaultSelector()
    for number, tunnel in tunnels.items():
        selector.register(tunnel, selectors.EVENT_READ, number)
    selector.register(0, selectors.EVENT_READ, 0)
    arriving, order = [], itertools.count()
    while True:
        now = time.monotonic()
        while arriving and arriving[0][0] <= now:
            _, _, pair, packet = heapq.heappop(arriving)
            way = ways[pair]
            if way.down:
                way.lost += 1
                continue
            try:
                os.write(tunnels[pair[1]], packet)
                way.carried += 1
                way.octets += len(packet)
            except OSError:
                way.overflowed += 1
        wait = max(0, arriving[0][0] - time.monotonic()) if arriving else None
        for key, _ in selector.select(wait):
            if key.data == 0:
                line = sys.stdin.readline()
                if not line:
                    return
                print(command(line.split(), ways), flush=True)
                continue
            for _ in range(PACKETS_IN_ONE_GO):
                try:
                    packet = os.read(key.fd, PACKET_MAX)
                except BlockingIOError:
                    break
                way = ways.get((key.data, destination(packet)))
                arrives = way.accept(packet, time.monotonic(), dice) if way else None
                if arrives is not None:
                    heapq.heappush(arriving, (arrives, next(order), (key.data, destination(packet)), packet))


def command(words, ways):
    try:
        if words == ["stats"]:
            return json.dumps(
                {f"{a}-{b}": [way.carried, way.octets, way.lost, way.overflowed] for (a, b), way in ways.items()})
        for pair, way in ways.items():
            if all(word in ("*", str(end)) for word, end in zip(words[:2], pair)):
                for item in words[2:]:
                    way.set(*item.split("="))
        return "done"
    except (ValueError, TypeError) as error:
        return f"wrong: {error}"


def main():
    prefix, count = sys.argv[1], int(sys.argv[2])
    names = {number: f"{prefix}{number}" for number in range(1, count + 1)}
    tunnels = {}
    try:
        for number, name in names.items():
            tunnels[number] = open_tunnel(name, number)
        ways = {(a, b): Way() for a in names for b in names if a != b}
        print("up", flush=True)
        emulate(tunnels, ways, random.Random(1))
    finally:
        for name in names.values():
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
