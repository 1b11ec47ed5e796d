"""How long a FLASH takes beside a large ROUTINE on a slow link, from `submit` answered to the record in the inbox.

    python3 deploy/lab/flash.py slow [--flashes N] [--size OCTETS] [--loss PERCENT]
    python3 deploy/lab/flash.py fast [--flashes N] [--size OCTETS]

slow: 64 kbit/s, 300 ms round trip, a ROUTINE of 4 MiB under way. With --loss the same number of FLASH is sent over the
idle link first, and the differences are told.
fast: 10 Mbit/s, 300 ms, a queue of 64 packets, a ROUTINE of 64 MiB; also the share of the line that the ROUTINE got.
"""

import argparse
import random
import time

import links

SLOW = {"delay": 150, "rate": 64_000, "queue": 64}
FAST = {"delay": 150, "rate": 10_000_000, "queue": 64}


def send(lab, control, count, gaps, dice, first, busy=lambda: True):
    """FLASH cables at random moments; gives when each was accepted."""
    answered = {}
    for number in range(count):
        time.sleep(dice.uniform(*gaps))
        if not busy():
            links.say(f"the ROUTINE was through after {number} FLASH")
            break
        octets = links.cable(first + number, "Z", to="POST BRAVO", size=2_048)
        identity, at = links.submit_timed(lab, control, octets[:2_048] if len(octets) > 2_048 else octets)
        answered[identity] = at
    return answered


def waits(lab, answered, patience=120):
    here = links.arrivals(lab, 1, set(answered), patience)
    return [here[identity] - at for identity, at in answered.items()]


def measure(kind, flashes, size, loss, seed):
    dice = random.Random(seed)
    gaps = (1.5, 3.5) if kind == "slow" else (0.2, 0.6)
    terms = dict(SLOW if kind == "slow" else FAST)
    with links.LinkLab(2) as lab:
        # First: a line does not change under a connection, whose kernel would believe the old round trip for a while.
        lab.way(**terms, loss=loss)
        lab.start(0, 1)
        links.until("the link is up", lambda: lab.link_up(0, 1) and lab.link_up(1, 0))
        control = lab.connect(0)
        idle = []
        if loss:
            # The first is not counted: the certificates go with it.
            waits(lab, send(lab, control, 1, gaps, dice, 100))
            idle = waits(lab, send(lab, control, flashes, gaps, dice, 1_000))
            links.say(f"idle: {links.shape(idle)}")
        routine = control.submit(links.cable(1, "R", to="POST BRAVO", size=size))
        began = time.time()

        def octets_sent():
            row = next(row for row in lab.ask(0, "queue.list") if row["id"] == routine)
            return int(row["why"].split(" of ")[0]) if " of " in row["why"] else 0

        def under_way():
            return any(row["id"] == routine for row in lab.ask(0, "queue.list"))

        # Until the rate is known and the transfer runs as it will.
        time.sleep(15 if kind == "slow" else 6)
        answered = send(lab, control, flashes, gaps, dice, 10_000, under_way)
        if kind == "slow":
            share = None
            try:
                sent = octets_sent()
                links.say(f"the ROUTINE has {sent} octets sent after {time.time() - began:.0f} s")
            except (StopIteration, ValueError):
                pass
        loaded = waits(lab, answered)
        links.say(f"beside a ROUTINE of {size} octets: {links.shape(loaded)}")
        if loss:
            ordered = list(zip(sorted(idle), sorted(loaded)))
            links.say(
                "loaded less idle: "
                + ", ".join(
                    f"p{share} {links.percentile(loaded, share) - links.percentile(idle, share):+.3f} s"
                    for share in (50, 95)) + f" ({len(ordered)} pairs)")
        if kind == "fast":
            here = links.arrivals(lab, 1, {routine}, 600)
            took = here[routine] - began
            rate = size * 8 / took
            links.say(f"the ROUTINE took {took:.1f} s: {rate / terms['rate'] * 100:.0f} % of the line")
        preempted = lab.log(0).count("cable.preempted")
        links.say(f"interruptions told in the log: {preempted}; ways: {lab.command('stats')}")
        row = lab.ask(0, "link.list")[0]
        links.say(f"measured by the station: {row.get('rate')} octets/s, {row.get('roundTrip')} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["slow", "fast"])
    parser.add_argument("--flashes", type=int)
    parser.add_argument("--size", type=int)
    parser.add_argument("--loss", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    flashes = options.flashes or (200 if options.kind == "slow" else 100)
    size = options.size or (4 << 20 if options.kind == "slow" else 64 << 20)
    measure(options.kind, flashes, size, options.loss, options.seed)


links.run(main, "flash")
