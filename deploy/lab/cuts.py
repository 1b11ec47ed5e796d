"""A large cable over a link that is cut again and again, and over stations that are killed: what is sent again.

    python3 deploy/lab/cuts.py [--size OCTETS] [--cuts N] [--kills N] [--rate BITS]

Cuts are real: packets go nowhere for some seconds, and the connection is reset by a new one. Both stations are killed with
SIGKILL in turn. At the end the delivered octets are compared with those submitted.
"""

import argparse
import random
import re
import subprocess
import time

import links


def sent(lab, routine):
    for row in lab.ask(0, "queue.list"):
        if row["id"] == routine:
            found = re.match(r"(\d+) of ", row["why"])
            return int(found.group(1)) if found else 0
    return None


def resumed(lab, station):
    """Offsets at which the receiver went on, from its log."""
    return [int(found) for found in re.findall(r"body\.resumed.*?offset=\"?(\d+)", lab.log(station))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=4 << 20)
    parser.add_argument("--cuts", type=int, default=10)
    parser.add_argument("--kills", type=int, default=2, help="of each station")
    parser.add_argument("--rate", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    with links.LinkLab(2) as lab:
        for station in (0, 1):
            lab.configure(station, limits={"silence": 3, "keepalive": 1, "retryDelayMax": 1, "handshake": 3})
        lab.start(0, 1)
        links.until("the link is up", lambda: lab.link_up(0, 1) and lab.link_up(1, 0))
        lab.way(delay=50, rate=options.rate, queue=64)
        octets = links.cable(1, "R", to="POST BRAVO", size=options.size)
        control = lab.connect(0)
        routine = control.submit(octets)
        events = ["cut"] * options.cuts + ["kill 0"] * options.kills + ["kill 1"] * options.kills
        dice.shuffle(events)
        done = []
        # Each part of the way has one event in it.
        part = len(octets) // (len(events) + 1)
        losses = []
        for number, event in enumerate(events):
            mark = part * (number + 1)

            def far_enough():
                progress = sent(lab, routine)
                return progress is None or progress >= mark

            links.until(f"{mark} octets are sent", far_enough, 600, pause=0.05)
            before = sent(lab, routine)
            if before is None:
                links.say(f"the cable was through before event {number + 1}")
                break
            known = len(resumed(lab, 1))
            if event == "cut":
                lab.way(down=1)
                time.sleep(dice.uniform(4, 6))
                lab.way(down=0)
            else:
                station = int(event[-1])
                lab.kill(station)
                time.sleep(0.3)
                lab.start(station)
            links.until("the transfer goes on", lambda: len(resumed(lab, 1)) > known or sent(lab, routine) is None, 120)
            if len(resumed(lab, 1)) > known:
                losses.append((event, before - resumed(lab, 1)[-1]))
            done.append(event)
        links.arrivals(lab, 1, {routine}, 900)
        got = lab.connect(1).ask("inbox.read", {"id": routine})
        with open(f"{lab.folder}/sent", "wb") as file:
            file.write(octets)
        with open(f"{lab.folder}/got", "wb") as file:
            file.write(got)
        if subprocess.run(["cmp", f"{lab.folder}/sent", f"{lab.folder}/got"]).returncode != 0:
            raise links.Failure("the octets differ")
        links.say(f"{len(octets)} octets after {done.count('cut')} cuts and {len(done) - done.count('cut')} kills: the same")
        for kind in ("cut", "kill 0", "kill 1"):
            values = [value for event, value in losses if event == kind]
            if values:
                links.say(f"octets sent again after {kind}: {sorted(values)}")
        window = 1 << 20
        for event, value in losses:
            bound = (256 << 10) + (0 if event == "cut" else 1 << 20)
            if value > max(bound, window if event == "cut" else bound):
                raise links.Failure(f"{value} octets were sent again after {event}")


links.run(main, "cuts")
