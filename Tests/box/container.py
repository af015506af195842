"""A Debian machine that boots systemd: made once, kept outside the tree, booted on top of a fresh layer."""

import contextlib
import glob
import hashlib
import os
import shutil
import subprocess
import tempfile
import time

SUITE = "bookworm"
# What the machine has before the station comes; its own dependencies only lie ready to be installed without a network.
PRESENT = "systemd,systemd-sysv,procps,tzdata"
READY = ["libasound2", "libcurl4", "libssl3", "libstdc++6", "libsndfile1", "libmpg123-0", "ca-certificates"]
# What systemd/install wants for making the package.
MAKERS = ["dpkg-dev", "binutils"]
# The calls that systemd-nspawn forbids unless it is told otherwise: a station reads the kernel's clock state, and its
# audio thread asks for SCHED_FIFO and locks its memory.
CALLS = "@clock @timer @memlock sched_setscheduler"


def quietly(*command, **options):
    """Runs a command that has to succeed; what it said is shown only if it does not."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def base():
    """The folder of the machine as it is before the installation; made when it is asked for first."""
    cache = os.environ.get("LOA_BOX_CACHE", "/var/tmp/loaphuong-box")
    name = hashlib.sha256(" ".join([SUITE, PRESENT, *READY, *MAKERS]).encode()).hexdigest()[:12]
    folder = f"{cache}/{SUITE}-{name}"
    if not os.path.isdir(folder):
        print(f"making the machine in {folder} (once)", flush=True)
        os.makedirs(cache, exist_ok=True)
        for old in glob.glob(f"{cache}/*.new"):
            shutil.rmtree(old)
        quietly("debootstrap", "--variant=minbase", f"--include={PRESENT}", SUITE, folder + ".new")
        quietly("chroot", folder + ".new", "apt-get", "update", "-qq")
        for words in READY, ["--no-install-recommends", *MAKERS]:
            quietly("chroot", folder + ".new", "apt-get", "install", "-y", "-qq", "--download-only", *words)
        os.rename(folder + ".new", folder)
    return folder


class Container:
    """One machine, with a disk of its own for the station's state, and no network but its loopback."""

    STATE = "/var/lib/loaphuong"

    def __init__(self, shared):
        """Makes it; `shared` are folders that it sees and cannot write, by their names inside."""
        self._shared = shared
        self._resources = contextlib.ExitStack()
        self.folder = tempfile.mkdtemp(prefix="loaphuong-box-", dir="/var/tmp")
        self._resources.callback(shutil.rmtree, self.folder, ignore_errors=True)
        for name in "upper", "work", "root", "state":
            os.mkdir(f"{self.folder}/{name}")
        self.root = f"{self.folder}/root"
        layers = f"lowerdir={base()},upperdir={self.folder}/upper,workdir={self.folder}/work"
        quietly("mount", "-t", "overlay", "overlay", "-o", layers, self.root)
        self._resources.callback(subprocess.run, ["umount", "-l", self.root])
        self._make_disk()
        self._machine = None
        self._resources.callback(self.cut_power)

    def _make_disk(self):
        image = f"{self.folder}/disk"
        with open(image, "wb") as file:
            file.truncate(640 << 20)
        quietly("mkfs.ext4", "-q", image)
        self._loop = quietly("losetup", "--find", "--show", image).strip()
        self._resources.callback(subprocess.run, ["losetup", "-d", self._loop])
        self.mount_disk()
        self._resources.callback(lambda: subprocess.run(["umount", f"{self.folder}/state"], stderr=subprocess.DEVNULL))

    def mount_disk(self):
        quietly("mount", "-o", "errors=remount-ro", self._loop, f"{self.folder}/state")

    def break_disk(self):
        """What a worn-out card does: the kernel finds an error and makes the file system read-only, in use or not."""
        with open(f"/sys/fs/ext4/{os.path.basename(self._loop)}/trigger_fs_error", "w") as file:
            file.write("made by a test\n")

    def repair_disk(self):
        """As the start of a machine does."""
        quietly("umount", f"{self.folder}/state")

        def checked():
            # The kernel lets it go only when the last process that saw it has been cleared away.
            done = subprocess.run(
                ["e2fsck", "-fy", self._loop], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            return done.returncode <= 1

        self.wait("the disk's repair", checked, 30)
        self.mount_disk()

    def close(self):
        self._resources.close()

    def boot(self):
        """Boots, and waits until systemd has started everything."""
        with open(f"{self.folder}/console", "ab") as console:
            self._machine = subprocess.Popen(
                [
                    "systemd-nspawn", "--boot", "--register=no", "--keep-unit", "--private-network", "--quiet",
                    f"--directory={self.root}", "--hostname=ap-3", "--console=pipe", f"--system-call-filter={CALLS}",
                    f"--bind={self.folder}/state:{self.STATE}", f"--bind={self.folder}/card:/srv/card",
                    *(f"--bind-ro={path}:{name}" for name, path in self._shared.items()),
                ], stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        self.wait("the machine to boot", lambda: self.leader() and self.run(
            "systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"), 60)

    def leader(self):
        """The number that the machine's first process has out here."""
        if self._machine is None or self._machine.poll() is not None:
            raise SystemExit(f"the machine is off:\n{open(f'{self.folder}/console').read()[-2000:]}")
        done = subprocess.run(["pgrep", "-P", str(self._machine.pid)], stdout=subprocess.PIPE, text=True)
        return done.stdout.split()[0] if done.stdout else None

    def cut_power(self):
        """Ends everything at one instant."""
        if self._machine is None or self._machine.poll() is not None:
            return
        leader = self.leader()
        if leader:
            subprocess.run(["kill", "-9", leader])
        self._machine.wait(30)
        self._machine = None

    def run(self, *command, check=True, timeout=300):
        """Runs a command inside, as root."""
        done = subprocess.run(
            ["nsenter", "-t", self.leader(), "-a", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
             "DEBIAN_FRONTEND=noninteractive", *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
        return done

    def write(self, path, text, mode=0o644):
        os.makedirs(os.path.dirname(self.root + path), exist_ok=True)
        with open(self.root + path, "w") as file:
            file.write(text)
        os.chmod(self.root + path, mode)

    def read(self, path):
        with open(self.root + path) as file:
            return file.read()

    @staticmethod
    def wait(what, condition, seconds):
        """Looks again and again until a condition holds; gives what it gave."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s in vain for {what}")
            time.sleep(0.25)
        return value
