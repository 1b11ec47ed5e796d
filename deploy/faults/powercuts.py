#!/usr/bin/env python3
"""powercuts.py [--cuts N] [--cables M] [--seed S]: power cuts under load, on a real ext4.

Each of three stations keeps its state on an ext4 of its own in a loop-mounted file. While cables flow, with hundreds of
submissions under way, the power of one, two or all stations is cut: the file system drops everything that was not
synced (EXT4_IOC_SHUTDOWN without flushing its log), the processes are killed, and what stays is mounted again. After
each cut at least M acknowledged cables more are in custody somewhere: none is lost, none reaches the desk twice
unmarked, octets are equal, arrival numbers have no gap, and every receipt comes back.
"""

import argparse
import random
import threading
import time

from disks import Disk, enter_own_mounts, halt
from stations import FAILED, SUBMITTED, Control, Failure, Lab, Refused, cable, check_delivered, need_root
from stations import need_tool, read_text, run, say

CUTS_PER_LAB = 5  # then a new lab: lists stay short, and segments of every size come
WINDOW = 256  # submissions under way


class Load:
    """Submits without end, each cable with its key, until told to stop; survives the station's death."""

    def __init__(self, lab, rng, accepted=None, number=0):
        self.lab, self.rng = lab, rng
        self.accepted = accepted or {}
        self.failure = None
        self.stopping = False
        self.number = number
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def work(self):
        try:
            waiting = {}
            while not (self.stopping and not waiting):
                try:
                    connection = Control(self.lab.file(0, "control.sock"), timeout=60)
                    self.serve(connection, waiting)
                except OSError:
                    time.sleep(0.01)
        except Failure as failure:
            self.failure = failure

    def serve(self, connection, waiting):
        """Submits what waits, which an earlier connection left unanswered, and then new ones."""
        tags = {}
        for number, octets in waiting.items():
            tags[connection.begin("submit", {"key": f"k{number}"}, octets)] = number
        while True:
            while len(waiting) < WINDOW and not self.stopping:
                self.number += 1
                size = self.rng.choice([0] + [2_048] * 30 + [20_000] + ([150_000] if self.number % 8 == 0 else []))
                octets = cable(self.number, self.rng.choice("RRRPOZ"), size=size)
                waiting[self.number] = octets
                tags[connection.begin("submit", {"key": f"k{self.number}"}, octets)] = self.number
            if not waiting:
                return connection.close()
            kind, tag, payload = connection.next()
            if kind == FAILED:
                refused = Refused(payload)
                # Of a disk without power the station may say so: then the cable is not accepted.
                if refused.exit != 75:
                    raise Failure(f"a cable was refused: {refused}")
                raise ConnectionError("to be tried again")
            if kind == SUBMITTED:
                number = tags.pop(tag)
                self.accepted[read_text(payload)[0]] = waiting.pop(number)

    def reach(self, count):
        end = time.monotonic() + 120
        while len(self.accepted) < count:
            if self.failure:
                raise self.failure
            if time.monotonic() > end:
                raise Failure(f"only {len(self.accepted)} of {count} cables were accepted in 120 s")
            time.sleep(0.002)

    def stop(self):
        self.stopping = True
        self.thread.join(120)
        if self.failure:
            raise self.failure
        if self.thread.is_alive():
            raise Failure("submissions are not answered")


def cuts_in_one_lab(cuts, cables, rng):
    """Gives the number of cables that were acknowledged, and of those marked as suspected duplicates."""
    with Lab(3) as lab:
        disks = []
        try:
            for station in range(3):
                disks.append(Disk(lab.folder, f"disk{station}"))
                lab.configure(station, state=f"{disks[station].mount_point}/state")
            lab.start(0, 1, 2)
            load = Load(lab, rng)
            marked = 0
            for _ in range(cuts):
                load.reach(len(load.accepted) + cables)
                time.sleep(rng.random() * 0.05)
                victims = rng.choice([[0], [1], [2], [0, 1], [1, 2], [0, 1, 2], [0, 1, 2]])
                for station in victims:
                    halt(lab.daemons[station].pid)
                for station in victims:
                    disks[station].cut()
                for station in victims:
                    lab.kill(station)
                for station in victims:
                    disks[station].unmount()
                    disks[station].mount()
                lab.start(*victims)
                load.stop()
                accepted = load.accepted
                marked = check_delivered(lab, accepted, at=2, sample=200, rng=rng)
                load = Load(lab, rng, accepted, load.number)
            load.stop()
            check_delivered(lab, load.accepted, at=2, sample=200, rng=rng)
            return len(load.accepted), marked
        finally:
            for station in range(3):
                lab.kill(station)
            for disk in disks:
                disk.unmount()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cuts", type=int, default=10)
    options.add_argument("--cables", type=int, default=500)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = options.parse_args()
    need_root("cutting the power of a file system")
    for tool in ("mkfs.ext4", "mount", "umount"):
        need_tool(tool)
    enter_own_mounts()
    rng = random.Random(options.seed)
    say(f"seed {options.seed}")
    began, total, marked, left = time.monotonic(), 0, 0, options.cuts
    while left > 0:
        cuts = min(left, CUTS_PER_LAB)
        count, again = cuts_in_one_lab(cuts, options.cables, rng)
        total, marked, left = total + count, marked + again, left - cuts
    say(
        f"{options.cuts} power cuts, {total} cables acknowledged: none lost, none twice ({marked} marked), octets equal, "
        f"all receipts back, {time.monotonic() - began:.0f} s")


run(main, "powercuts")
