#!/usr/bin/env python3
"""kills.py [--cables N] [--kills K] [--seed S]: SIGKILL at random points.

N cables of mixed precedence and size go through three stations, each of which is killed K times while they flow, the
sender with submissions under way. Every accepted cable arrives, none twice unmarked, every receipt comes back. A
submission whose answer is lost is made again with its key; an answer of another kind than "accepted" breaks a promise.
"""

import argparse
import random
import threading
import time

from stations import Control, Failure, Lab, Refused, cable, check_delivered, run, say


def submit_all(lab, cables, accepted, rng, done):
    """Hands the cables in, each with its key, until each is accepted; goes on over every kill of the sender."""
    connection = None
    for number, octets in cables:
        while True:
            try:
                if connection is None:
                    connection = Control(lab.file(0, "control.sock"))
                identity = connection.submit(octets, key=f"key-{number}")
                break
            except Refused as refused:
                raise Failure(f"cable {number} was refused: {refused}") from None
            except OSError:
                connection = None
                time.sleep(0.01)
        if identity in accepted:
            raise Failure(f"{identity} was given to two cables")
        accepted[identity] = octets
        done[0] = number
        # Pauses of differing length, so that kills meet links that are busy, idle and half drained.
        if rng.random() < 0.05:
            time.sleep(rng.random() * 0.1)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cables", type=int, default=1_000)
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = options.parse_args()
    rng = random.Random(options.seed)
    say(f"seed {options.seed}")
    cables = [
        (number, cable(number, rng.choice("RRRPPOZ"), size=rng.choice([0, 500, 2_048, 2_048, 30_000, 200_000])))
        for number in range(1, options.cables + 1)
    ]
    kills = [station for station in range(3) for _ in range(options.kills)]
    rng.shuffle(kills)
    accepted, done, failure = {}, [0], []
    with Lab(3) as lab:
        lab.start(0, 1, 2)

        def work():
            try:
                submit_all(lab, cables, accepted, random.Random(options.seed + 1), done)
            except Failure as broken:
                failure.append(broken)

        submitter = threading.Thread(target=work, daemon=True)
        began = time.monotonic()
        submitter.start()
        for index, station in enumerate(kills):
            # Spread over the submissions; between two of them at most half a second, so that it ends.
            share = options.cables * (index + 1) // (len(kills) + 1)
            limit = time.monotonic() + 60
            while done[0] < share and time.monotonic() < limit and not failure:
                time.sleep(0.001)
            time.sleep(rng.random() * 0.05)
            lab.kill(station)
            if rng.random() < 0.3:
                time.sleep(rng.random() * 0.3)
            lab.start(station, wait=rng.random() < 0.5)
        submitter.join(300)
        if failure:
            raise failure[0]
        if submitter.is_alive() or len(accepted) != options.cables:
            raise Failure(f"only {len(accepted)} of {options.cables} cables were accepted")
        marked = check_delivered(lab, accepted, at=2, sample=200, rng=rng)
        for station in range(3):
            if lab.stop(station) != 0:
                raise Failure(f"{lab.names[station]} did not end well")
        say(
            f"{options.cables} cables, {len(kills)} kills: none lost, none twice ({marked} marked), all receipts back, "
            f"{time.monotonic() - began:.1f} s")


run(main, "kills")
