"""Hostile neighbours on real sockets: what they cost in memory, and what an honest neighbour notices of them.

    python3 deploy/lab/hostile.py [--short] [--connections N] [--seconds N]

The attacks, one after the other, each against the same pair of honest stations that exchange cables all the while:
connections that say nothing, handshakes of an octet a second, garbage before and after TLS, clients without a certificate,
with a foreign, an expired or a revoked one, with the name of another station, sessions that never read, that send frames of
impossible lengths or in a wrong state, and many connections at once.
"""

import argparse
import os
import random
import resource
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "faults"))
from stations import BIN, Failure, Lab, Skip, cable, need_tool, run, say, until  # noqa: E402

MEMORY_MAX = 64 << 20


def high_water(daemon):
    with open(f"/proc/{daemon.pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0


class Traffic(threading.Thread):
    """An honest user at A: one cable after the other to B, each until its receipt is back."""

    def __init__(self, lab):
        super().__init__(daemon=True)
        self.lab = lab
        self.latencies = []
        self.stops = False
        self.number = 0
        self.fault = None

    def run(self):
        try:
            control = self.lab.connect(0)
            watch = self.lab.connect(1)
            while not self.stops:
                self.number += 1
                began = time.monotonic()
                identity = control.submit(cable(self.number, "Z", to="POST BRAVO", size=2_048))
                while not any(row["id"] == identity for row in watch.ask("inbox.list")[-3:]):
                    if time.monotonic() - began > 60:
                        raise Failure("a cable took more than a minute")
                    time.sleep(0.002)
                self.latencies.append(time.monotonic() - began)
                time.sleep(0.02)
        except Exception as fault:
            self.fault = fault

    def take(self):
        taken, self.latencies = self.latencies, []
        return sorted(taken)


def p99(values):
    return values[min(len(values) - 1, int(len(values) * 0.99))] if values else float("inf")


def openssl(*words, text=None):
    subprocess.run(["openssl", *words], check=True, input=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Identity:
    """Certificates of an attacker's own making."""

    def __init__(self, folder, network):
        self.folder, self.network = folder, network
        os.makedirs(folder, exist_ok=True)
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{folder}/ca.key")
        openssl("req", "-x509", "-new", "-key", f"{folder}/ca.key", "-subj", "/CN=FOREIGN", "-days", "30", "-out",
                f"{folder}/ca.pem")

    def make(self, name, station, authority=None, days="30"):
        ca = authority or (f"{self.folder}/ca.pem", f"{self.folder}/ca.key")
        base = f"{self.folder}/{name}"
        with open(f"{base}.ext", "w") as file:
            file.write(f"subjectAltName=URI:cable:{self.network}/{station}\nkeyUsage=digitalSignature\n"
                       "extendedKeyUsage=clientAuth,serverAuth\nbasicConstraints=CA:FALSE\n")
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{base}.key")
        openssl("req", "-new", "-key", f"{base}.key", "-subj", f"/CN={station}", "-out", f"{base}.csr")
        openssl("x509", "-req", "-in", f"{base}.csr", "-CA", ca[0], "-CAkey", ca[1], "-CAcreateserial", "-days", days,
                "-extfile", f"{base}.ext", "-out", f"{base}.pem")
        return f"{base}.pem", f"{base}.key"

    def revoke(self, certificate, authority, out):
        """A revocation list of the authority's that names the certificate."""
        serial = subprocess.run(
            ["openssl", "x509", "-in", certificate, "-noout", "-serial"], check=True, capture_output=True, text=True
        ).stdout.strip().split("=")[1]
        with open(f"{self.folder}/index.txt", "w") as file:
            file.write(f"R\t350101000000Z\t250101000000Z\t{serial}\tunknown\t/CN=REVOKED\n")
        with open(f"{self.folder}/crl.cnf", "w") as file:
            file.write(f"[ca]\ndefault_ca=own\n[own]\ndatabase={self.folder}/index.txt\ndefault_md=sha256\n"
                       "default_crl_days=30\n")
        openssl("ca", "-config", f"{self.folder}/crl.cnf", "-gencrl", "-cert", authority[0], "-keyfile", authority[1],
                "-out", out)


def connect(port):
    peer = socket.create_connection(("127.0.0.1", port), timeout=10)
    peer.settimeout(10)
    return peer


def tls(port, identity=None, alpn="cable/1"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols([alpn])
    if identity:
        context.load_cert_chain(*identity)
    return context.wrap_socket(connect(port))


def frame(kind, payload=b""):
    return struct.pack(">IB", 1 + len(payload), kind) + payload


def quietly(act):
    try:
        act()
    except (OSError, ssl.SSLError, ValueError):
        pass


class Attacks:
    def __init__(self, lab, port, identities, honest, seconds, connections):
        self.lab, self.port, self.identities, self.honest = lab, port, identities, honest
        self.seconds, self.connections = seconds, connections
        self.dice = random.Random(1)
        self.names = [name.encode().ljust(8, b"\0") for name in lab.names[1:3]]

    def end(self):
        return time.monotonic() + self.seconds

    def silent_connections(self):
        peers = [connect(self.port) for _ in range(200)]
        time.sleep(self.seconds)
        for peer in peers:
            peer.close()

    def slow_handshake(self):
        hello = bytes.fromhex("16030100c8010000c40303") + self.dice.randbytes(192)
        peers = [connect(self.port) for _ in range(300)]
        end, place = self.end(), 0
        while time.monotonic() < end and place < len(hello):
            for peer in peers:
                quietly(lambda peer=peer: peer.sendall(hello[place : place + 1]))
            place += 1
            time.sleep(1)
        for peer in peers:
            peer.close()

    def garbage(self):
        end = self.end()
        while time.monotonic() < end:
            def one():
                with connect(self.port) as peer:
                    peer.sendall(self.dice.randbytes(self.dice.randrange(1, 40_000)))
                    peer.recv(10)
            quietly(one)

    def without_certificate(self):
        end = self.end()
        while time.monotonic() < end:
            quietly(lambda: tls(self.port).recv(1))

    def with_identity(self, name):
        end = self.end()
        while time.monotonic() < end:
            quietly(lambda: tls(self.port, self.identities[name]).recv(1))

    def wrong_states(self):
        """A neighbour with a good certificate: frames of impossible lengths, out of order, garbage."""
        end = self.end()
        tries = [
            struct.pack(">I", 0xFFFFFFFF) + b"x" * 100, struct.pack(">I", 0), frame(9, struct.pack(">I", 1 << 31)),
            frame(6, b"\x01" * 30), frame(99, b"zzz"), frame(1, b"\x01" * 200), frame(3, self.dice.randbytes(300)),
        ]
        while time.monotonic() < end:
            def one():
                with tls(self.port, self.honest) as peer:
                    greeting = peer.recv(70_000)
                    # Its own hello given back: the wrong name.
                    peer.sendall(self.dice.choice(tries + [greeting, greeting + self.dice.randbytes(50)]))
                    peer.recv(10)
            quietly(one)

    def never_reads(self):
        """A neighbour with a good certificate that asks for answers and takes none."""
        def one():
            peer = tls(self.port, self.honest)
            peer.settimeout(1)
            hello = peer.recv(70_000).replace(self.names[0], self.names[1])
            ping = frame(10, struct.pack(">Q", 1)) * 5_000
            end = self.end()
            peer.sendall(hello)
            while time.monotonic() < end:
                peer.sendall(ping)
            peer.close()
        end = self.end()
        while time.monotonic() < end:
            quietly(one)

    def many_connections(self):
        open_peers = []
        end = self.end()
        made = 0
        while made < self.connections or time.monotonic() < end:
            try:
                peer = socket.socket()
                peer.settimeout(0.5)
                # One loopback address has not enough ports for all.
                peer.bind((f"127.0.{made % 250 + 1}.1", 0))
                peer.connect(("127.0.0.1", self.port))
                open_peers.append(peer)
            except OSError:
                pass
            made += 1
            if len(open_peers) > 4_000:
                open_peers.pop(0).close()
            if made >= self.connections and time.monotonic() >= end:
                break
        for peer in open_peers:
            peer.close()
        return made


def refused(lab):
    codes = {}
    for line in lab.log(1).splitlines():
        if "handshake.failed" in line or "session.fault" in line or "session.refused" in line:
            for word in line.split():
                if word.startswith("code="):
                    codes[word[5:]] = codes.get(word[5:], 0) + 1
    return codes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--connections", type=int)
    parser.add_argument("--seconds", type=float)
    options = parser.parse_args()
    seconds = options.seconds or (2 if options.short else 30)
    connections = options.connections or (1_000 if options.short else 10_000)
    need_tool("openssl")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))
    # C is a neighbour of B whose daemon does not run: its key is the attacker's.
    with Lab(3) as lab:
        address = lab.addresses[1]
        port = int(address.rsplit(":", 1)[1])
        foreign = Identity(f"{lab.folder}/foreign", "LAB")
        honest = (lab.file(2, "certificate.pem"), lab.file(2, "key.pem"))
        identities = {"foreign": foreign.make("foreign", lab.names[2]), "wrong name": foreign.make("name", lab.names[0])}
        authority = (f"{lab.net}/authority.pem", f"{lab.net}/authority.key")
        if all(os.path.exists(path) for path in authority):
            own = Identity(f"{lab.folder}/own", "LAB")
            identities["expired"] = own.make("expired", lab.names[2], authority, days="-1")
            identities["stranger"] = own.make("stranger", "RUZZZ", authority)
            identities["revoked"] = own.make("revoked", lab.names[2], authority)
            own.revoke(identities["revoked"][0], authority, f"{lab.folder}/revoked.pem")
            lab.configure(1, tls={**lab.setting(1, "tls"), "revocations": f"{lab.folder}/revoked.pem"})
        lab.start(0, 1)
        until("the link is up", lambda: any(row["state"] == "up" for row in lab.ask(0, "link.list")))
        traffic = Traffic(lab)
        traffic.start()
        time.sleep(max(3, seconds / 2))
        traffic.take()
        idle = high_water(lab.daemons[1])
        attacks = Attacks(lab, port, identities, honest, seconds, connections)
        worst, bad = 0.0, []
        kinds = [("silent connections", attacks.silent_connections), ("slow handshakes", attacks.slow_handshake),
                 ("garbage", attacks.garbage), ("no certificate", attacks.without_certificate)]
        kinds += [(f"certificate: {name}", lambda name=name: attacks.with_identity(name)) for name in identities]
        kinds += [("frames in wrong states", attacks.wrong_states), ("never reads", attacks.never_reads),
                  (f"{connections} connections", attacks.many_connections)]
        for name, attack in kinds:
            time.sleep(max(2, seconds))
            calm = traffic.take()
            attack()
            loud = traffic.take()
            grown = high_water(lab.daemons[1]) - idle
            ratio = p99(loud) / p99(calm) if calm else float("inf")
            worst = max(worst, ratio)
            say(f"{name}: p99 {p99(loud) * 1000:.0f} ms of {len(loud)} cables beside {p99(calm) * 1000:.0f} ms of "
                f"{len(calm)} without ({ratio:.1f}); VmHWM {grown / 1048576:+.1f} MB")
            if grown > MEMORY_MAX:
                bad.append(f"{name} took {grown >> 20} MB")
            if traffic.fault:
                raise Failure(f"{name}: the honest neighbour's traffic stopped: {traffic.fault}")
            if lab.daemons[1].poll() is not None:
                raise Failure(f"{name}: the station ended with {lab.daemons[1].returncode}")
        traffic.stops = True
        traffic.join(70)
        say(f"refusals by kind: {refused(lab)}")
        say(f"worst p99 ratio {worst:.2f}")
        if bad:
            raise Failure("; ".join(bad))
        # Attacker and stations share the processors: in two seconds only a station that stands still is a finding.
        if options.short and worst > 50:
            raise Failure(f"an honest neighbour waited {worst:.0f} times as long")


run(main, "hostile")
