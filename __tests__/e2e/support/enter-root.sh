#!/bin/sh
# Runs a program in another root, as a part of this machine: with its processes, devices, network and kernel settings.
# Needs a mount namespace of its own (`unshare --mount`): all that is mounted here ends with the program, and nothing
# that it writes stays in the root. The shared folder is the one place that both sides see under the same name.
#
#   enter-root.sh ROOT SHARED PROGRAM ARGUMENTS...
set -eu
root=$1 shared=$2
shift 2
layers=$shared/layers
mkdir -p "$layers"
mount -t tmpfs tmpfs "$layers"
mkdir "$layers/upper" "$layers/work" "$layers/root"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$layers/upper,workdir=$layers/work" "$layers/root"
for part in proc sys dev; do mount --rbind "/$part" "$layers/root/$part"; done
mkdir -p "$layers/root$shared"
mount --bind "$shared" "$layers/root$shared"
cp /etc/hosts /etc/resolv.conf "$layers/root/etc/"
exec chroot "$layers/root" "$@"
