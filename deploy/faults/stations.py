"""Real stations on loopback for the fault scripts: one lab, its daemons, and pipelined control connections.

Nothing but the standard library. What a script starts it ends, by process id.
"""

import hashlib
import json
import os
import random
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BIN = os.environ.get("CABLE_BIN") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", ".build", "release"
)
PATIENCE = 120.0  # seconds for anything that must happen by itself
PRECEDENCES = ["R", "P", "O", "Z"]

REQUEST, BODY, ROW, OCTETS, SUBMITTED, FAILED, DONE, EVENT = 1, 2, 16, 17, 18, 19, 20, 21


class Failure(Exception):
    """A promise was broken: what was found."""


class Skip(Exception):
    """A tool or a privilege is missing."""


def say(text):
    print(f"    {text}", flush=True)


def run(main, name):
    """Runs a script: 0 all right, 1 a promise was broken, 75 skipped. Ended by a signal it leaves nothing running."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        main()
    except Skip as reason:
        print(f"    {name}: SKIPPED, {reason}", flush=True)
        sys.exit(75)
    except Failure as failure:
        print(f"    {name}: FAILED, {failure}", flush=True)
        sys.exit(1)


def need_root(what):
    if os.geteuid() != 0:
        raise Skip(f"{what} needs root")


def need_tool(name):
    if shutil.which(name) is None:
        raise Skip(f"{name} is not installed")


def free_port():
    """Below the range from which the kernel takes ports of outgoing connections."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def until(what, met, patience=PATIENCE, pause=0.05):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = met()
        if answer:
            return answer
        time.sleep(pause)
    raise Failure(f"waited {patience:.0f} s in vain until {what}")


# --- packing, as Sources/Octets has it


def varint(number):
    octets = bytearray()
    while number >= 0x80:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    return bytes(octets)


def text(value):
    octets = value.encode()
    return varint(len(octets)) + octets


def read_text(octets, place=0):
    length = shift = 0
    while True:
        octet = octets[place]
        place += 1
        length |= (octet & 0x7F) << shift
        shift += 7
        if octet < 0x80:
            break
    return octets[place : place + length].decode(), place + length


def frame(kind, tag, payload):
    return struct.pack(">IBI", 5 + len(payload), kind, tag) + payload


def request(verb, arguments, body=None):
    octets = text(verb) + varint(len(arguments))
    for key, value in sorted(arguments.items()):
        octets += text(key) + text(value)
    return octets + (b"\0" if body is None else b"\1" + varint(body))


class Refused(Exception):
    def __init__(self, payload):
        self.code, place = read_text(payload)
        self.message, place = read_text(payload, place)
        self.advice, place = read_text(payload, place)
        self.exit = struct.unpack(">I", payload[place : place + 4])[0]
        super().__init__(f"{self.code} {self.message} ({self.exit})")


class Control:
    """One connection to a station's control socket."""

    def __init__(self, path, timeout=PATIENCE):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.socket.sendall(b"CABLECTL1\n")
        self.buffer = bytearray()
        self.place = 0
        self.tag = 0

    def close(self):
        self.socket.close()

    def begin(self, verb, arguments=None, body=None):
        """Sends a request and gives its tag."""
        self.tag += 1
        octets = frame(REQUEST, self.tag, request(verb, arguments or {}, None if body is None else len(body)))
        for start in range(0, len(body or b""), 65_536):
            octets += frame(BODY, self.tag, body[start : start + 65_536])
        self.socket.sendall(octets)
        return self.tag

    def next(self, wait=True):
        """The next frame as (kind, tag, payload); None where none has come. ConnectionError where the daemon is gone."""
        while True:
            held = len(self.buffer) - self.place
            if held >= 4:
                length = struct.unpack_from(">I", self.buffer, self.place)[0]
                if held >= 4 + length:
                    kind, tag = struct.unpack_from(">BI", self.buffer, self.place + 4)
                    start = self.place + 9
                    self.place += 4 + length
                    payload = bytes(self.buffer[start : self.place])
                    if self.place > 1 << 20:
                        del self.buffer[: self.place]
                        self.place = 0
                    return kind, tag, payload
            if not wait and not select.select([self.socket], [], [], 0)[0]:
                return None
            octets = self.socket.recv(1 << 18)
            if not octets:
                raise ConnectionError("the station closed the connection")
            self.buffer += octets

    def ask(self, verb, arguments=None, body=None):
        """Rows, the octets, or the identity of a submitted cable."""
        tag = self.begin(verb, arguments, body)
        rows, octets = [], bytearray()
        while True:
            kind, answered, payload = self.next()
            if answered != tag and kind != FAILED:
                continue
            if kind == ROW:
                rows.append(json.loads(payload))
            elif kind == OCTETS:
                octets += payload
            elif kind == SUBMITTED:
                return read_text(payload)[0]
            elif kind == FAILED:
                raise Refused(payload)
            elif kind == DONE:
                return bytes(octets) if octets else rows

    def submit(self, body, key=None):
        return self.ask("submit", {"key": key} if key else {}, body)


class Lab:
    """Stations A, B, C … in a row, made with `routerctl lab create`."""

    def __init__(self, count=3, folder=None, name="LAB"):
        for tool in ("routerd", "routerctl"):
            if not os.path.exists(f"{BIN}/{tool}"):
                raise Failure(f"{BIN}/{tool} is not there: swift build -c release")
        self.own = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="cable-faults-")
        self.names = [f"RUFL{chr(65 + index)}" for index in range(count)]
        self.daemons = {}
        self.prefix = {}
        self.addresses = [self.address(index) for index in range(count)]
        stations = [
            {"indicator": name_, "posts": [self.post(index)], "address": self.addresses[index], "clearance": "SECRET"}
            for index, name_ in enumerate(self.names)
        ]
        links = [{"between": [a, b]} for a, b in zip(self.names, self.names[1:])]
        source = f"{self.folder}/network-source.json5"
        with open(source, "w") as file:
            json.dump({"network": name, "stations": stations, "links": links}, file)
        self.net = f"{self.folder}/net"
        subprocess.run([f"{BIN}/routerctl", "lab", "create", source, self.net], check=True, stdout=subprocess.DEVNULL)

    def address(self, index):
        return f"127.0.0.1:{free_port()}"

    @staticmethod
    def post(index):
        return f"POST {'ALPHA BRAVO CHARLIE DELTA ECHO'.split()[index]}"

    def file(self, station, name):
        return f"{self.net}/{self.names[station]}/{name}"

    def setting(self, station, key):
        with open(self.file(station, "station.json5")) as file:
            return json.load(file)[key]

    def configure(self, station, **keys):
        path = self.file(station, "station.json5")
        with open(path) as file:
            settings = json.load(file)
        settings.update(keys)
        with open(path, "w") as file:
            json.dump(settings, file)

    def state(self, station):
        with open(self.file(station, "station.json5")) as file:
            return os.path.join(self.file(station, ""), json.load(file)["state"])

    def start(self, *stations, wait=True, before=()):
        """`before`: words in front of routerd, such as strace and its options."""
        for station in stations:
            with open(self.file(station, "log"), "ab") as log:
                self.daemons[station] = subprocess.Popen(
                    [*before, f"{BIN}/routerd", "--config", self.file(station, "station.json5")],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if wait:
            for station in stations:
                self.connect(station).close()

    def connect(self, station, patience=PATIENCE):
        """As soon as the station answers."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                return Control(self.file(station, "control.sock"))
            except OSError:
                daemon = self.daemons.get(station)
                if daemon is not None and daemon.poll() is not None:
                    raise Failure(
                        f"{self.names[station]} ended with {daemon.returncode} instead of serving: "
                        f"{self.log(station)[-600:]}") from None
                time.sleep(0.003)
        raise Failure(f"{self.names[station]} does not serve: {self.log(station)[-600:]}")

    def kill(self, station):
        daemon = self.daemons.pop(station, None)
        if daemon is not None:
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()

    def stop(self, station):
        """Ends it in good order; gives the exit status."""
        daemon = self.daemons.pop(station, None)
        if daemon is None:
            return 0
        daemon.terminate()
        try:
            return daemon.wait(30)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
            raise Failure(f"{self.names[station]} does not end") from None

    def log(self, station):
        try:
            with open(self.file(station, "log"), errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def ask(self, station, verb, arguments=None):
        connection = self.connect(station)
        try:
            return connection.ask(verb, arguments)
        finally:
            connection.close()

    def status(self, station):
        return self.ask(station, "status")[0]

    def remove(self):
        for station in list(self.daemons):
            self.kill(station)
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and issubclass(kind, Failure):
            for station in range(len(self.names)):
                tail = "\n".join(self.log(station).splitlines()[-12:])
                print(f"--- {self.names[station]}\n{tail}", file=sys.stderr)
        self.remove()


def cable(number, precedence="R", origin="POST ALPHA", to="POST CHARLIE", size=0, mark="FAULT"):
    head = (
        f"{precedence} 061011Z MAY 26\nFM {origin}\nTO {to}\n\nUNCLAS {mark} {number:06d}\n\n"
        f"SUBJECT: EXERCISE -- NUMBER {number}\n\n1. (U) TEXT.\n"
    )
    line = "A LINE OF FILLER THAT IS AS LONG AS A TELEPRINTER LIKES.\n"
    if len(head) < size:
        head += line * ((size - len(head)) // len(line) + 1)
    return head.encode()


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


def account(lab, station, identity):
    """What a station knows of a cable, for a failure."""
    try:
        return ", ".join(row["event"] for row in lab.ask(station, "cable.history", {"id": identity}))
    except Refused as refused:
        return refused.code


def check_delivered(lab, accepted, at, origin=0, sample=64, rng=None, patience=PATIENCE):
    """Every accepted cable is in the inbox once unmarked, arrival numbers have no gap, every receipt is back.

    `accepted`: identity -> octets. Gives the number of copies that were marked as suspected duplicates.
    """
    def receipts():
        rows = lab.ask(origin, "receipt.list")
        return {row["id"] for row in rows if row["state"] == "delivered"} >= accepted.keys()

    inbox = lab.ask(at, "inbox.list")
    end = time.monotonic() + patience
    while not accepted.keys() <= {row["id"] for row in inbox} and time.monotonic() < end:
        time.sleep(0.2)
        inbox = lab.ask(at, "inbox.list")
    lost = accepted.keys() - {row["id"] for row in inbox}
    if lost:
        some = sorted(lost)[0]
        known = "; ".join(f"{lab.names[station]}: {account(lab, station, some)}" for station in sorted(lab.daemons))
        raise Failure(f"{len(lost)} of {len(accepted)} accepted cables did not arrive, such as {some}: {known}")
    until("all receipts are back", receipts, patience)
    inbox = lab.ask(at, "inbox.list")
    unmarked = [row["id"] for row in inbox if not row["suspectedDuplicate"]]
    if len(unmarked) != len(set(unmarked)):
        twice = sorted({identity for identity in unmarked if unmarked.count(identity) > 1})
        raise Failure(f"{len(twice)} cables were delivered twice unmarked, such as {twice[:3]}")
    arrivals = [row["arrival"] for row in inbox]
    if arrivals != list(range(1, len(arrivals) + 1)):
        raise Failure(f"arrival numbers have a gap: {len(arrivals)} entries, the last is {arrivals[-1]}")
    connection = lab.connect(at)
    for identity in (rng or random).sample(sorted(accepted), min(sample, len(accepted))):
        octets = connection.ask("inbox.read", {"id": identity})
        if digest(octets) != digest(accepted[identity]):
            raise Failure(f"{identity} arrived with other octets")
    connection.close()
    return len(inbox) - len(unmarked)
