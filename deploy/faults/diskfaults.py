#!/usr/bin/env python3
"""diskfaults.py [--rounds N] [--seed S]: failing calls and a full disk, on real processes.

1. strace makes fdatasync, pwrite64, pwritev or rename of one station fail with EIO or ENOSPC: once, several times, or
   until the station has said that it only reads. What was answered "accepted" is there afterwards; what was not is
   answered with exit status 75; `status` and the log name the fault; the station serves again by itself.
2. A disk that fills up: the station refuses with 75, answers reads, says so, and serves again by itself when there is
   room.

Each time every cable goes to the next station, and all is compared as after a kill.
"""

import argparse
import os
import random
import subprocess
import time

from stations import FAILED, SUBMITTED, Control, Failure, Lab, Refused, Skip, cable, check_delivered, need_root
from stations import need_tool, read_text, run, say, until

# What fails, with which error, and when: strace's `when` counts the calls of each thread.
CALLS = ["fdatasync", "pwrite64", "pwritev", "rename"]
ERRORS = ["EIO", "ENOSPC"]
WINDOW = 64


def submit_until(lab, accepted, numbers, end, settle=0):
    """Submits with a window until `end()`; gives how many were refused with 75. Nothing else may happen.

    What a station with a failing disk has in doubt is answered when it can write again, or with 69 after ten seconds:
    that is not waited for, or for `settle` seconds and not longer.
    """
    refused, waiting, tags = 0, 0, {}
    heard = time.monotonic()
    connection = lab.connect(0)
    pause = 0.0
    while waiting or not end():
        while waiting < WINDOW and not end() and time.monotonic() >= pause:
            number = next(numbers)
            size = 2_048 if number % 40 else 150_000
            octets = cable(number, "RPOZ"[number % 4], to="POST BRAVO", size=size)
            if size > 65_536:
                # Where a large body cannot be written, the connection ends with the refusal.
                other = Control(lab.file(0, "control.sock"), timeout=2)
                try:
                    accepted[other.submit(octets)] = octets
                except Refused as answer:
                    refused += expect_75(answer)
                except OSError:
                    pass  # in doubt: answered when the station can write again, and not waited for
                other.close()
                continue
            tags[connection.begin("submit", {}, octets)] = octets
            waiting += 1
        answer = connection.next(wait=False)
        if answer is None:
            if time.monotonic() - heard > max(1, settle) and end():
                if settle:
                    raise Failure(f"{waiting} submitters have no answer after {settle} s")
                break
            time.sleep(0.001)
            continue
        heard = time.monotonic()
        kind, tag, payload = answer
        if kind == SUBMITTED:
            accepted[read_text(payload)[0]] = tags.pop(tag)
            waiting -= 1
        elif kind == FAILED:
            refused += expect_75(Refused(payload))
            tags.pop(tag)
            waiting -= 1
            pause = time.monotonic() + 0.02
    connection.close()
    return refused


def expect_75(answer):
    if answer.exit == 69 and "outcome: unknown" in str(answer):
        return 0
    if answer.exit != 75:
        raise Failure(f"a cable was refused with {answer.exit}, not 75: {answer}")
    return 1


def injected(rng, call, error, when, victim):
    """One of two stations whose calls fail as strace is told."""
    with Lab(2) as lab:
        lab.start(0, 1)
        accepted, numbers = {}, iter(range(1, 1 << 30))
        submit_until(lab, accepted, numbers, lambda: len(accepted) >= 100)
        station = lab.daemons[victim].pid
        tracer = subprocess.Popen(
            ["strace", "-f", "-q", "-o", "/dev/null", "-p", str(station), "-e", f"trace={call}",
             "-e", f"inject={call}:error={error}:when={when}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            start = len(accepted)
            stop = time.monotonic() + 3
            refused = submit_until(
                lab, accepted, numbers, lambda: len(accepted) >= start + 3_000 or time.monotonic() > stop)
            said = [alarm["code"] for alarm in lab.status(victim)["alarms"]]
        finally:
            tracer.terminate()
            tracer.wait()
        if lab.daemons[victim].poll() is not None:
            raise Failure(f"{call} {error}: the station ended with {lab.daemons[victim].returncode}")
        if refused and not said:
            raise Failure(f"{call} {error}: {refused} refusals, but status says only {said}")
        until("the station serves again", lambda: lab.status(victim)["state"] == "serving", 30)
        again = len(accepted)
        submit_until(lab, accepted, numbers, lambda: len(accepted) >= again + 50)
        # Well below the minute after which what was refused is tried again.
        check_delivered(lab, accepted, at=1, rng=rng, patience=40)
        histories(lab, accepted, rng)
        # What the failing disk left behind must be readable after a kill, too.
        lab.kill(victim)
        lab.start(victim)
        check_delivered(lab, accepted, at=1, rng=rng)
        say(f"{'sender' if victim == 0 else 'receiver'} {call} {error} when={when}: {len(accepted)} accepted, {refused} refused with 75, said {sorted(set(said))}")
        return bool(said)


def histories(lab, accepted, rng):
    """The history of a cable is readable although its records stand elsewhere than they were first put."""
    connection = lab.connect(0)
    for identity in rng.sample(sorted(accepted), min(100, len(accepted))):
        rows = connection.ask("cable.history", {"id": identity})
        # That something of higher precedence went first is no record: it may stand between.
        events = [row["event"] for row in rows if row["event"] not in ("preempted", "resumed")]
        # A record that was in doubt beside the one before it may be missing; nothing else.
        if events[:1] != ["accepted"] or not set(events[1:]) <= {"custodyPassed", "receipt"} or len(events) < 2:
            raise Failure(f"the history of {identity} has {events}")
    connection.close()


def full_disk(rng):
    """A tmpfs that fills up, and gets room again."""
    with Lab(2) as lab:
        mount_point = f"{lab.folder}/small"
        os.mkdir(mount_point)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mount_point], capture_output=True, text=True)
        if done.returncode != 0:
            raise Skip(f"a tmpfs cannot be mounted here: {done.stderr.strip()}")
        try:
            lab.configure(0, state=f"{mount_point}/state")
            lab.start(0, 1)
            accepted, numbers = {}, iter(range(1, 1 << 30))
            submit_until(lab, accepted, numbers, lambda: len(accepted) >= 200)
            ballast = f"{mount_point}/ballast"
            with open(ballast, "wb") as file:
                free = os.statvfs(mount_point)
                file.write(b"\1" * max(0, free.f_bavail * free.f_frsize - (1 << 20)))
            stop = time.monotonic() + 20
            refused = submit_until(
                lab, accepted, numbers, lambda: lab.status(0)["state"] == "readOnly" or time.monotonic() > stop,
                settle=20)
            document = lab.status(0)
            if document["state"] != "readOnly" or document["accepting"]:
                raise Failure(f"the disk is full, but the station says {document['state']}")
            alarms = [alarm for alarm in document["alarms"] if alarm["code"] == "journal.readOnly"]
            if not alarms or "No space" not in alarms[0]["text"]:
                raise Failure(f"the alarms do not name the full disk: {document['alarms']}")
            shown = {row["id"] for row in lab.ask(0, "queue.list")}
            if not shown <= set(accepted):
                raise Failure(f"cables are shown that are not synced: {sorted(shown - set(accepted))[:3]}")
            stop = time.monotonic() + 1
            refused += submit_until(lab, accepted, numbers, lambda: time.monotonic() > stop)
            if refused == 0:
                raise Failure("nothing was refused by a station with a full disk")
            # A start on a full disk serves reads, too.
            lab.kill(0)
            lab.start(0)
            until("the station says what is wrong", lambda: lab.status(0)["state"] == "readOnly", 10)
            lab.ask(0, "queue.list")
            os.unlink(ballast)
            until("the station serves again by itself", lambda: lab.status(0)["state"] == "serving", 30)
            if any(alarm["code"] == "journal.readOnly" for alarm in lab.status(0)["alarms"]):
                raise Failure("the alarm stands although there is room again")
            again = len(accepted)
            submit_until(lab, accepted, numbers, lambda: len(accepted) >= again + 50)
            check_delivered(lab, accepted, at=1, rng=rng)
            say(f"full disk: {len(accepted)} accepted, {refused} refused with 75, served again by itself")
        finally:
            for station in range(2):
                lab.kill(station)
            subprocess.run(["umount", mount_point], check=False)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=1, help="of all calls and errors")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = options.parse_args()
    rng = random.Random(options.seed)
    say(f"seed {options.seed}")
    need_root("tracing and mounting")
    need_tool("strace")
    fired = 0
    for _ in range(options.rounds):
        for call in CALLS:
            for error in ERRORS:
                first = rng.randrange(1, 40) if call != "rename" else 1
                # Once; twice in a row, so that mending fails; again and again; for as long as strace is there.
                for when in (f"{first}", f"{first}..{first + 1}", f"{first}+7", "1+"):
                    fired += injected(rng, call, error, when, rng.randrange(2))
    if fired == 0:
        raise Failure("no injected fault was noticed: strace did not inject")
    full_disk(rng)


run(main, "diskfaults")
