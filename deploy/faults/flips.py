#!/usr/bin/env python3
"""flips.py [--flips N] [--seed S]: one bit of a state folder is not what was written.

The state of a station with delivered and queued cables, small and large, is copied again and again; in each copy one
bit is flipped, mostly where something is written, sometimes in what is still empty; then the daemon is started on it.
It must start and serve; what it gives out is what was accepted, octet for octet, or an error; a cable that it does not
give out any more, or cannot read, is named by an alarm in `status`; and it takes new cables.
"""

import argparse
import os
import random
import shutil
import subprocess
import time

from stations import Failure, Lab, Refused, cable, run, say, until


def written(path):
    """Ranges of a file that are not holes."""
    ranges, place, size = [], 0, os.path.getsize(path)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        while place < size:
            try:
                start = os.lseek(descriptor, place, os.SEEK_DATA)
            except OSError:
                break
            place = os.lseek(descriptor, start, os.SEEK_HOLE)
            ranges.append((start, place))
    finally:
        os.close(descriptor)
    return ranges


def places(state):
    """Files with their written ranges; the lock holds nothing."""
    found = []
    for folder, _, names in os.walk(state):
        for name in names:
            path = os.path.join(folder, name)
            if name != "lock" and os.path.getsize(path) > 0:
                found.append((os.path.relpath(path, state), written(path), os.path.getsize(path)))
    return found


def choose(files, rng):
    """A file and an octet in it: nine of ten times where something is written, a tenth anywhere."""
    if rng.random() < 0.9:
        spans = [(name, start, end) for name, ranges, _ in files for start, end in ranges]
        name, start, end = rng.choices(spans, weights=[end - start for _, start, end in spans])[0]
        return name, rng.randrange(start, end)
    name, _, size = rng.choices(files, weights=[size for _, _, size in files])[0]
    return name, rng.randrange(size)


def flip(path, offset, bit):
    """Gives True where the octet is surely a part of something that is kept: padding between records, and what stands
    behind them, is zeros; a digest only repeats what its segment says."""
    with open(path, "r+b") as file:
        file.seek(offset)
        octet = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([octet ^ (1 << bit)]))
    return "/bodies/" in path or (path.endswith(".journal") and octet != 0)


def prepare(lab, small, large):
    """Delivered and queued cables at station 1, by identity: what it should have."""
    lab.start(0, 1)
    sender = lab.connect(0)
    delivered = {}
    for number in range(1, small + large + 1):
        octets = cable(number, "RPOZ"[number % 4], to="POST BRAVO", size=100_000 if number <= large else 2_048)
        delivered[sender.submit(octets)] = octets
    until("all are delivered", lambda: len(lab.ask(1, "inbox.list")) == len(delivered))
    until("all receipts are back", lambda: len(lab.ask(0, "receipt.list")) == len(delivered))
    # Station 2 is never started: what goes there stays in the queue.
    queued = {}
    connection = lab.connect(1)
    for number in range(1, small // 4 + 1):
        octets = cable(number, "RO"[number % 2], origin="POST BRAVO", to="POST CHARLIE", size=2_048)
        queued[connection.submit(octets)] = octets
    connection.close()
    sender.close()
    for station in (0, 1):
        lab.stop(station)
    return delivered, queued


def examine(lab, delivered, queued, is_live, where):
    """Compares what the station gives out; gives whether something was missing, and whether an alarm stands."""
    connection = lab.connect(1, patience=30)
    missing = []
    rows = {row["id"] for row in connection.ask("inbox.list")}
    for identity, octets in delivered.items():
        if identity not in rows:
            missing.append(identity)
        try:
            got = connection.ask("inbox.read", {"id": identity})
            if got != octets:
                raise Failure(f"{where}: {identity} was given out with {len(got)} altered octets")
        except Refused:
            missing.append(identity)
    if not rows <= delivered.keys():
        raise Failure(f"{where}: the inbox has cables that never were: {sorted(rows - delivered.keys())[:3]}")
    waiting = {row["id"]: row for row in connection.ask("queue.list")}
    missing += [identity for identity in queued if waiting.get(identity, {}).get("from") != "POST BRAVO"]
    connection.ask("check.disk", {"scrub": "yes"})
    alarms = connection.ask("status")[0]["alarms"]
    if is_live and not alarms:
        raise Failure(f"{where}: what is kept was altered, and neither start nor scrub says so in status")
    if missing and not alarms:
        raise Failure(f"{where}: {len(missing)} cables are missing, such as {missing[0]}, and no alarm says so")
    connection.submit(cable(900_000, origin="POST BRAVO", to="POST CHARLIE"))
    connection.close()
    return bool(missing), bool(alarms)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--flips", type=int, default=200)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = options.parse_args()
    rng = random.Random(options.seed)
    say(f"seed {options.seed}")
    began, hurt, named = time.monotonic(), 0, 0
    # Most flips in one open segment; the rest where a sealed segment and its digest are, too.
    for share, small, large in ((0.85, 60, 3), (0.15, 2_200, 3)):
        with Lab(3) as lab:
            delivered, queued = prepare(lab, small, large)
            state, copy = lab.state(1), f"{lab.folder}/copy"
            if small > 2_000:
                # A sealed segment gets its digest when the station is quiet.
                lab.start(1)
                until("the digest is made",
                      lambda: any(name.endswith(".digest") for name in os.listdir(f"{state}/journal")), 20)
                lab.stop(1)
            files = places(state)
            lab.configure(1, state=copy)
            for index in range(max(1, round(options.flips * share))):
                shutil.rmtree(copy, ignore_errors=True)
                subprocess.run(["cp", "-a", "--sparse=always", state, copy], check=True)
                name, offset = choose(files, rng)
                bit = rng.randrange(8)
                where = f"flip {index}: bit {bit} of octet {offset} of {name}"
                is_live = flip(f"{copy}/{name}", offset, bit)
                lab.start(1, wait=False)
                try:
                    was_hurt, was_named = examine(lab, delivered, queued, is_live, where)
                except Failure as failure:
                    raise Failure(f"{where}: {failure}" if where not in str(failure) else str(failure)) from None
                except OSError as error:
                    raise Failure(f"{where}: the station is gone: {error}; {lab.log(1)[-300:]}") from None
                hurt, named = hurt + was_hurt, named + was_named
                lab.kill(1)
    say(
        f"{options.flips} flips: {hurt} took cables from view, each named by an alarm ({named} alarms); no altered octet "
        f"was given out, {time.monotonic() - began:.0f} s")


run(main, "flips")
