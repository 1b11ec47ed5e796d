"""Machines with a systemd of their own, on one machine: `import nodes`.

Each node is a Debian in a container (systemd-nspawn) with its own process 1, journal and packages, over one root that is
made once by debootstrap and kept in `.build/nodes` (CABLE_NODES names another folder). What a node writes goes into a layer
of its own, which is removed with it. Needs root.
"""

import fcntl
import os
import pathlib
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "faults"))
from disks import NO_LOG_FLUSH, SHUTDOWN, halt  # noqa: E402
from stations import Failure, Skip, until  # noqa: E402

FOLDER = pathlib.Path(os.environ.get("CABLE_NODES") or pathlib.Path(__file__).resolve().parents[2] / ".build/nodes")
SUITE = "bookworm"
PACKAGES = ["systemd", "systemd-sysv", "dbus", "libssl3", "libstdc++6", "libgcc-s1", "procps", "iproute2"]
BOOT_SECONDS = 60.0
NEEDED = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container", "nsenter": "util-linux", "ip": "iproute2"}


def need_tools():
    """Installs what is missing, where apt-get is here."""
    if os.geteuid() != 0:
        raise Skip("containers need root")
    missing = [package for tool, package in NEEDED.items() if not shutil.which(tool)]
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise Skip(f"these are missing: {' '.join(missing)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], capture_output=True, env=environment)
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], capture_output=True, text=True,
        env=environment)
    if done.returncode != 0:
        raise Skip(f"apt-get cannot install {' '.join(missing)}")


def base():
    """The root that all nodes share; the first time it takes two minutes and a Debian mirror."""
    root = FOLDER / "base"
    if (root / "usr/bin/systemctl").exists():
        return root
    FOLDER.mkdir(parents=True, exist_ok=True)
    unfinished = FOLDER / f"base.{os.getpid()}"
    try:
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, unfinished],
            capture_output=True, text=True, timeout=900)
        if done.returncode != 0:
            raise Skip(f"debootstrap failed: {done.stdout.strip().splitlines()[-1:]}")
        (unfinished / "etc/machine-id").write_text("")
        (unfinished / "var/log/journal").mkdir(exist_ok=True)
        unfinished.rename(root)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return root


def make_disk(image, megabytes=512):
    with open(image, "wb") as file:
        file.truncate(megabytes << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    return image


class Node:
    """One machine: `start`, `run` commands in it, `shut_down` or `cut_power`, and start it again.

    `disk`: the image of an ext4 that is mounted at STATE, in the node alone: another's copy of the mount would hold on to it
    when the power is cut.
    """

    STATE = "/var/lib/routerd"

    def __init__(self, folder, name, namespace, disk=None):
        self.name = name
        self.namespace = namespace
        self.disk = disk
        self.folder = pathlib.Path(folder) / name
        self.root = self.folder / "root"
        self.supervisor = None
        self.leader = None
        for part in ("upper", "work", "root", "disk"):
            (self.folder / part).mkdir(parents=True)
        subprocess.run(
            ["mount", "-t", "overlay", "overlay", "-o",
             f"lowerdir={base()},upperdir={self.folder}/upper,workdir={self.folder}/work", self.root], check=True)
        (self.root / "etc/hostname").write_text(name + "\n")

    def groups(self):
        """Control groups of its own, where no systemd hands them out."""
        if os.path.isdir("/run/systemd/system"):
            return []
        mounts = [f"/sys/fs/cgroup/{kind}" for kind in ("systemd", "unified") if os.path.isdir(f"/sys/fs/cgroup/{kind}")]
        return [f"{mount}/{self.namespace}" for mount in mounts or ["/sys/fs/cgroup"]]

    def start(self):
        """Boots; returns when its systemd has started everything."""
        words = [] if self.groups() else ["systemd-run", "--quiet", "--scope", "--property=Delegate=yes"]
        words += [
            "systemd-nspawn", "--quiet", "-D", str(self.root), "--boot", f"--machine={self.namespace}", "--keep-unit",
            "--register=no", "--console=pipe", "--link-journal=no", "--timezone=off", "--resolv-conf=off",
            f"--network-namespace-path=/run/netns/{self.namespace}", "--system-call-filter=bpf",
            *([f"--bind={self.folder}/disk:{self.STATE}"] if self.disk else [])]
        mount = f"mount -o loop {shlex.quote(str(self.disk))} {self.folder}/disk && " if self.disk else ""
        words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{mount}exec {shlex.join(words)}"]
        for group in self.groups():
            os.makedirs(group, exist_ok=True)

        def enter():
            os.setsid()
            for group in self.groups():
                with open(f"{group}/cgroup.procs", "w") as file:
                    file.write(str(os.getpid()))

        with open(self.folder / "console", "ab") as console:
            self.supervisor = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=console, stderr=console, preexec_fn=enter)
        until(f"{self.name} has booted", self.booted, BOOT_SECONDS)

    def booted(self):
        if self.supervisor.poll() is not None:
            raise Failure(f"{self.name} did not boot: {(self.folder / 'console').read_text(errors='replace')[-400:]}")
        found = subprocess.run(["pgrep", "-P", str(self.supervisor.pid)], capture_output=True, text=True).stdout.split()
        if not found:
            return False
        self.leader = int(found[0])
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def run(self, *words, check=True, give=None, seconds=120):
        """A command in the node; where it fails and `check`, a failure that says what it said."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader), "-m", "-p", "-u", "-i", "-n", "-C", "--", *map(str, words)],
            capture_output=True, text=True, input=give, timeout=seconds)
        if check and done.returncode != 0:
            raise Failure(f"{self.name}: {' '.join(map(str, words))}: {done.returncode} {done.stdout}{done.stderr}")
        return done

    def path(self, path):
        """Where this machine sees a path of the node, also one in its memory."""
        return f"/proc/{self.leader}/root{path}"

    def put(self, path, octets, mode=0o644):
        text = octets if isinstance(octets, bytes) else octets.encode()
        with open(self.path(path), "wb") as file:
            file.write(text)
        os.chmod(self.path(path), mode)

    def main_process(self, unit="routerd"):
        """The unit's process as this machine numbers it; 0 where there is none."""
        inside = self.run("systemctl", "show", "-p", "MainPID", "--value", unit).stdout.strip()
        if inside in ("", "0"):
            return 0
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                status = pathlib.Path(f"/proc/{process}/status").read_text()
                if f"\nNSpid:\t{process}\t{inside}\n" in status and os.readlink(f"/proc/{process}/ns/pid") == os.readlink(
                        f"/proc/{self.leader}/ns/pid"):
                    return int(process)
            except OSError:
                continue
        return 0

    def gone(self):
        if self.supervisor is None:
            return
        try:
            self.supervisor.wait(90)
        except subprocess.TimeoutExpired:
            self.supervisor.kill()
            raise Failure(f"{self.name} does not end") from None
        self.supervisor = self.leader = None
        for group in self.groups():
            for folder, _, _ in os.walk(group, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass

    def shut_down(self):
        if self.supervisor is not None:
            os.kill(self.leader, signal.SIGRTMIN + 3)
            self.gone()

    def cut_power(self, unit="routerd"):
        """The machine goes off, and what its disk was not told to keep is gone."""
        process = self.main_process(unit)
        if process:
            halt(process)
        descriptor = os.open(self.path(self.STATE), os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)
        self.power_off()

    def power_off(self):
        """Without a word to anybody."""
        if self.supervisor is not None:
            os.kill(self.leader if self.leader else self.supervisor.pid, signal.SIGKILL)
            self.gone()

    def remove(self):
        try:
            self.power_off()
        except (Failure, OSError):
            pass
        for _ in range(50):
            if subprocess.run(["umount", self.root], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
        shutil.rmtree(self.folder, ignore_errors=True)
