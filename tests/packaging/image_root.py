#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the image's root by hand, where there is no Docker daemon, and run the program in it: image_root.py [BUILD]

Needs root, debootstrap and a built tree (BUILD, default build/release). The base is Debian 12 by debootstrap, the
build stage is `cmake --install` of that tree, and every COPY and RUN of the Dockerfile's last stage is done as it
stands there. Then, with a read-only root, as the image's user, without capabilities and without a network: the
version, the demo for ten seconds, the health check beside it, and the table that it wrote.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import dockerfile

ROOT = dockerfile.ROOT
VOLUME = "/var/lib/sluice"
# A root of its own: /proc, the few devices that programs want, and nothing else of this machine.
ENTER = """
root=$1; shift
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
"""
# The root itself first: a bind would hide what is mounted inside of it.
READ_ONLY_ROOT = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"'
WRITABLE = f"""
ip link set lo up
mount -t tmpfs -o size=64m,mode=1777 tmpfs "$root/tmp"
mount --bind "$1" "$root{VOLUME}"; shift
"""
TRY = """
set -eu
[ "$(id -u):$(id -g)" = 10001:10001 ]
if touch /usr/local/bin/x 2>/dev/null; then echo "the root can be written to"; exit 1; fi
sluice --version
sluice demo --for 10s --dir $PWD/demo --listen 127.0.0.1:4040 2>demo.log &
pid=$!
tries=0
until sluice-healthcheck 2>/dev/null; do
  tries=$((tries + 1)); [ $tries -lt 40 ] || { tail -n 5 demo.log; exit 1; }
  sleep 0.25
done
echo "healthy after $tries tries"
wait $pid
if sluice-healthcheck 2>/dev/null; then echo "healthy without a process"; exit 1; fi
sluice table history demo/vehicle_positions --limit 1
"""


def sh(*command, **more):
    subprocess.run([str(part) for part in command], check=True, **more)


def mirror():
    """That of this machine's own package sources."""
    for path in [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]:
        for line in path.read_text().splitlines() if path.is_file() else []:
            words = line.split()
            if words[:1] == ["URIs:"] and words[1].rstrip("/").endswith("/debian"):
                return words[1]
            if words[:1] == ["deb"] and words[1].rstrip("/").endswith("/debian"):
                return words[1]
    raise SystemExit("no Debian mirror in /etc/apt")


def make_base(root):
    sh("debootstrap", "--variant=minbase", "bookworm", root, mirror(), stdout=subprocess.DEVNULL)
    for path in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(path, f"{root}{path}")
    settings = [p for p in pathlib.Path("/etc/apt/apt.conf.d").glob("*") if "Acquire" in p.read_text()]
    for path in settings:
        shutil.copy(path, f"{root}{path}")


def install(build, into):
    """What the build stage leaves in /opt/sluice."""
    sh("cmake", "--install", build, "--prefix", into, "--strip", stdout=subprocess.DEVNULL)
    docs = into / "share/doc/sluice"
    docs.mkdir(parents=True)
    packages = subprocess.run([ROOT / "scripts/runtime_packages", into / "bin/sluice"], capture_output=True, text=True)
    (docs / "packages.txt").write_text(packages.stdout)
    return packages.returncode == 0


def copy(one, root, built):
    """A COPY: a folder's content, or files."""
    *sources, target = one.words()
    for source in sources:
        path = built if one.flags.get("from") else ROOT / source
        to = pathlib.Path(f"{root}{target}")
        if path.is_dir():
            shutil.copytree(path, to, dirs_exist_ok=True)
        else:
            to = to / path.name if target.endswith("/") else to
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)
            if "chmod" in one.flags:
                to.chmod(int(one.flags["chmod"], 8))


def inside(root, command):
    script = ENTER + 'exec chroot "$root" sh -ec "$1"'
    sh("unshare", "--mount", "sh", "-ec", script, "sh", root, command, stdout=subprocess.DEVNULL)


def inside_read_only(root, volume, user, command):
    """As the container would run: nothing but the volume and /tmp can be written to."""
    reuid, regid = user.split(":")
    become = f"setpriv --reuid {reuid} --regid {regid} --clear-groups --bounding-set=-all --no-new-privs"
    script = READ_ONLY_ROOT + ENTER + WRITABLE + f'exec chroot "$root" {become} sh -ec "cd {VOLUME}; $1"'
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/"}
    sh("unshare", "--mount", "--net", "sh", "-ec", script, "sh", root, volume, command, env=environment)


def apply(stage, root, built):
    for one in stage.instructions:
        if one.name == "COPY":
            copy(one, root, built)
        elif one.name == "RUN":
            inside(root, one.text)


def size(path):
    return int(subprocess.run(["du", "-sxm", path], capture_output=True, text=True).stdout.split()[0])


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release").absolute()
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise SystemExit("needs root and debootstrap")
    stage = dockerfile.stages()[-1]
    (user,) = (one.text for one in stage.instructions if one.name == "USER")
    with tempfile.TemporaryDirectory(prefix="sluice-image.") as folder:
        root, built, volume = (pathlib.Path(folder, name) for name in ("root", "built", "volume"))
        os.chmod(folder, 0o755)
        make_base(root)
        print(f"base: {size(root)} MB")
        assert install(build, built), "a library of the program belongs to no package"
        apply(stage, root, built)
        print(f"image: {size(root)} MB, of it the program and its own libraries {size(built)} MB")
        volume.mkdir()
        shutil.chown(volume, *map(int, user.split(":")))
        inside_read_only(root, volume, user, TRY)
    print("the image's root works: read-only, as its user, without capabilities")


if __name__ == "__main__":
    main()
