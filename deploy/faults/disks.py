"""Disks that can lose their power, and processes that are stopped with them."""

import ctypes
import fcntl
import os
import signal
import struct
import subprocess
import time

from stations import Failure, Skip

SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2
CLONE_NEWNS = 0x20000


class Disk:
    """A loop-mounted ext4 that can lose its power."""

    def __init__(self, folder, name, megabytes=1_024):
        self.image = f"{folder}/{name}.img"
        self.mount_point = f"{folder}/{name}"
        os.mkdir(self.mount_point)
        with open(self.image, "wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)
        self.mounted = False
        self.mount()

    def mount(self):
        done = subprocess.run(["mount", "-o", "loop", self.image, self.mount_point], capture_output=True, text=True)
        if done.returncode != 0:
            raise Skip(f"a loop device cannot be mounted here: {done.stderr.strip()}")
        self.mounted = True

    def cut(self):
        descriptor = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def unmount(self):
        if not self.mounted:
            return
        for _ in range(100):
            if subprocess.run(["umount", self.mount_point], capture_output=True).returncode == 0:
                self.mounted = False
                return
            time.sleep(0.05)
        raise Failure(f"{self.mount_point} cannot be unmounted")


def enter_own_mounts():
    """Mounts from now on are seen by this process and its children alone.

    Another program that makes a namespace of its own meanwhile (`ip netns exec`) would hold a copy of the mounts: an
    unmounted disk would stay as it is, without power.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip(f"no mount namespace can be made here: {os.strerror(ctypes.get_errno())}")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


def halt(process):
    """Stops a process where it is, also in the middle of a sync, and returns when none of its threads runs.

    Without power nothing is said any more. It must be so here, too: an fdatasync that is under way while the file system
    is shut down may return 0 although its data are dropped (seen on Linux 6.x), and the station would believe it.
    """
    os.kill(process, signal.SIGSTOP)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        states = set()
        for thread in os.listdir(f"/proc/{process}/task"):
            try:
                with open(f"/proc/{process}/task/{thread}/stat") as file:
                    states.add(file.read().rpartition(")")[2].split()[0])
            except OSError:
                pass
        if states <= {"T", "D"}:
            return
        time.sleep(0.0005)
    raise Failure(f"process {process} cannot be stopped")
