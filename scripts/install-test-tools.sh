#!/usr/bin/env bash
# Installs what the end-to-end tests need on Debian 12, as root: engines, registries, judges, emulation, and one
# static program and a small root for each of the four architectures. Run it as often as you like: what is there is left alone.
#
#   scripts/install-test-tools.sh            installs, then proves that every part answers
#   scripts/install-test-tools.sh --folder   prints the folder of the tools that are not Debian packages
#   scripts/install-test-tools.sh --buildkit-folder   prints the folder of BuildKit and buildx
#   scripts/install-test-tools.sh --peers    installs what the bench alone compares with; CI doesn't need it
#   scripts/install-test-tools.sh --peers-folder   prints the folder of those
#   scripts/install-test-tools.sh --generations    installs the next generation of engines, for test:generations alone
#   scripts/install-test-tools.sh --generations-folder   prints its folder: the root of a Debian 13
#   scripts/install-test-tools.sh --distributions  installs roots and programs of the four architectures, for test:distributions alone
#   scripts/install-test-tools.sh --distributions-folder   prints their folder
#
# All folders are outside the checkout, and their names change with any version below, so a cache can keep them whole.
set -euo pipefail

packages=(
  docker.io containerd runc cgroupfs-mount podman buildah skopeo docker-registry procps
  qemu-user-static binfmt-support openssl perl openssh-server
)
go_tools=(
  crane=github.com/google/go-containerregistry/cmd/crane@v0.22.1
  regctl=github.com/regclient/regclient/cmd/regctl@v0.11.7
  registry=github.com/distribution/distribution/v3/cmd/registry@v3.1.2
  act=github.com/nektos/act@v0.2.87
  actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
)
zizmor=zizmor==1.32.0
# What the roots of other machines are made of: shells, links and libraries as a distribution has them.
root_packages=(base-files bash coreutils dash libc6 perl-base tini)
# platform architecture = Debian architecture = what uname -m prints = QEMU's name
architectures=(
  amd64=amd64=x86_64=x86_64
  arm64=arm64=aarch64=aarch64
  ppc64le=ppc64el=ppc64le=ppc64le
  s390x=s390x=s390x=s390x
)

# Modules that `go install` refuses, because they exclude or replace others or because the module proxy can't list their
# versions, are built where they are unpacked.
peer_modules=(
  buildx=github.com/docker/buildx@v0.30.1=./cmd/buildx
  oras=oras.land/oras@v1.3.2=./cmd/oras
)
# BuildKit and buildx, which say their version as releases do.
buildkit_modules=(
  buildx=github.com/docker/buildx@v0.30.1=./cmd/buildx
  buildkitd=github.com/moby/buildkit@v0.26.2=./cmd/buildkitd
  buildctl=github.com/moby/buildkit@v0.26.2=./cmd/buildctl
)
# Debian 13 as a folder, so that its engines can be entered on Debian 12: podman 5, buildah 1.39, skopeo 1.18,
# Docker Engine 26.1 and buildx 0.13.
generation=trixie
generation_packages=podman,buildah,skopeo,docker.io,docker-cli,docker-buildx,runc
# What images are made of, in several languages: Go (gosu), Rust (ripgrep, fd), Java, Python with compiled modules, Node.js, C.
distribution=bookworm
distribution_packages=bash,busybox-static,dumb-init,fd-find,gosu,nodejs,openjdk-17-jre-headless,python3-numpy,ripgrep,tini

versions=$(printf '%s\n' "${go_tools[@]}" "$zizmor" "${architectures[@]}" "$(uname -m)" | sha256sum | cut -c1-12)
folder=${NATIVE_MULTIARCH_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/native-multiarch-tools}/$versions
peer_versions=$(printf '%s\n' "${peer_modules[@]}" "$(uname -m)" | sha256sum | cut -c1-12)
peers=$(dirname "$folder")/peers-$peer_versions
buildkit=$(dirname "$folder")/buildkit-$(printf '%s\n' "${buildkit_modules[@]}" "$(uname -m)" | sha256sum | cut -c1-12)
generations=$(dirname "$folder")/$generation-$(printf '%s\n' "$generation_packages" "$(uname -m)" | sha256sum | cut -c1-12)

distributions=$(dirname "$folder")/$distribution-$(printf '%s\n' "$distribution_packages" "${architectures[@]}" | sha256sum | cut -c1-12)

say() { printf 'test tools: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# A line of its log is worth showing only when a step fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

install_packages() {
  local missing=() package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "apt: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
  # One list that a mirror is just renewing is no reason to stop: what has to be there shows at the install.
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 update >/dev/null 2>&1 ||
    say 'apt-get update did not read every list; going on with those that it has'
  quietly apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install --yes "${missing[@]}" ||
    die "apt-get could not install ${missing[*]}"
}

install_go_tools() {
  local tool name module
  for tool in "${go_tools[@]}"; do
    name=${tool%%=*} module=${tool#*=}
    [ ! -x "$folder/bin/$name" ] || continue
    say "go: $module"
    # Built beside its place and moved, so that an interrupted build leaves no half a program.
    quietly env GOBIN="$folder/new" CGO_ENABLED=0 go install -trimpath -ldflags='-s -w' "$module" ||
      die "go could not build $module"
    mv "$folder/new/$name" "$folder/bin/$name"
  done
}

install_zizmor() {
  [ ! -x "$folder/zizmor/bin/zizmor" ] || return 0
  say "pip: $zizmor"
  python3 -m pip --version >/dev/null 2>&1 || quietly apt-get install --yes python3-pip || die 'there is no pip'
  rm -rf "$folder/new/zizmor"
  quietly python3 -m pip install --quiet --no-deps --only-binary :all: --target "$folder/new/zizmor" "$zizmor" ||
    die "pip could not install $zizmor"
  mv "$folder/new/zizmor" "$folder/zizmor"
}

# busybox-static and a small root of all four architectures, through package lists of our own: the machine's dpkg
# learns of no other architecture, so nothing else on it changes.
install_programs() {
  local row arch debian package lists=$folder/new/apt options=() wanted=()
  for row in "${architectures[@]}"; do
    IFS== read -r arch debian _ <<<"$row"
    options+=(-o "APT::Architectures::=$debian")
    [ -x "$folder/programs/$arch/busybox" ] && [ -d "$folder/roots/$arch" ] || wanted+=("$arch=$debian")
  done
  [ ${#wanted[@]} -gt 0 ] || return 0
  say "apt: busybox-static ${root_packages[*]} for ${wanted[*]%%=*}"
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$lists/download"
  options+=(
    -o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache" -o Acquire::Languages=none
    -o Acquire::Retries=3 -o APT::Sandbox::User=root
  )
  apt-get "${options[@]}" update >/dev/null 2>&1 ||
    say 'apt-get update did not read every list; going on with those that it has'
  for row in "${wanted[@]}"; do
    arch=${row%%=*} debian=${row#*=}
    (cd "$lists/download" && quietly apt-get "${options[@]}" download \
      "busybox-static:$debian" "${root_packages[@]/%/:$debian}") ||
      die "apt-get could not download busybox-static and ${root_packages[*]} for $debian"
    dpkg -x "$lists"/download/busybox-static_*_"$debian".deb "$lists/$arch"
    mkdir -p "$folder/programs/$arch" "$folder/roots"
    mv "$lists/$arch/bin/busybox" "$folder/programs/$arch/busybox"
    for package in "${root_packages[@]}"; do
      dpkg -x "$lists"/download/"$package"_*_"$debian".deb "$lists/root-$arch"
    done
    rm -rf "$folder/roots/$arch"
    mv "$lists/root-$arch" "$folder/roots/$arch"
  done
  rm -rf "$lists"
}

enable_emulation() {
  local row arch uname qemu binfmt=/proc/sys/fs/binfmt_misc
  [ -e $binfmt/register ] || mount -t binfmt_misc none $binfmt || die "binfmt_misc cannot be mounted on $binfmt"
  for row in "${architectures[@]}"; do
    IFS== read -r arch _ uname qemu <<<"$row"
    [ "$uname" != "$(uname -m)" ] || continue
    [ -e "$binfmt/qemu-$qemu" ] || quietly update-binfmts --enable "qemu-$qemu" || die "qemu-$qemu cannot be registered"
  done
}

prove() {
  local row arch uname says program
  for row in "${architectures[@]}"; do
    IFS== read -r arch _ uname _ <<<"$row"
    says=$("$folder/programs/$arch/busybox" uname -m) || die "the $arch program does not run on this host"
    [ "$says" = "$uname" ] || die "the $arch program says $says, not $uname"
  done
  for program in /usr/bin/docker /usr/sbin/dockerd podman buildah skopeo docker-registry runc openssl perl /usr/sbin/sshd; do
    command -v "$program" >/dev/null || die "$program is missing"
  done
  for row in "${go_tools[@]}"; do
    [ -x "$folder/bin/${row%%=*}" ] || die "${row%%=*} is missing"
  done
  for row in "${buildkit_modules[@]}"; do
    "$buildkit/bin/${row%%=*}" --help >/dev/null || die "${row%%=*} does not run"
  done
  "$folder/zizmor/bin/zizmor" --version >/dev/null || die 'zizmor does not run'
}

# In the folder of a module, to a file, a package; and what the linker is told besides.
build_here() {
  (cd "$1" && quietly env CGO_ENABLED=0 go build -trimpath -ldflags="-s -w ${4:-}" -o "$2" "$3")
}

folder_of_module() {
  local found
  found=$(go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  [ -n "$found" ] || die "go could not download $1"
  printf '%s\n' "$found"
}

install_buildkit() {
  local row name module package source
  mkdir -p "$buildkit/bin" "$buildkit/new"
  for row in "${buildkit_modules[@]}"; do
    IFS== read -r name module package <<<"$row"
    [ ! -x "$buildkit/bin/$name" ] || continue
    say "go: $module $package"
    source=$(folder_of_module "$module")
    build_here "$source" "$buildkit/new/$name" "$package" "-X ${module%@*}/version.Version=${module#*@}" ||
      die "go could not build $module"
    mv "$buildkit/new/$name" "$buildkit/bin/$name"
  done
  rm -rf "$buildkit/new"
}

install_peer_modules() {
  local row name module package source
  mkdir -p "$peers/bin" "$peers/new"
  for row in "${peer_modules[@]}"; do
    IFS== read -r name module package <<<"$row"
    [ ! -x "$peers/bin/$name" ] || continue
    say "go: $module"
    source=$(folder_of_module "$module")
    build_here "$source" "$peers/new/$name" "$package" || die "go could not build $module"
    mv "$peers/new/$name" "$peers/bin/$name"
  done
}

install_peers() {
  install_peer_modules
  [ -x /usr/bin/time ] || quietly apt-get install --yes time || die 'apt-get could not install time'
}

debian_mirror() {
  command -v mmdebstrap >/dev/null || quietly apt-get install --yes mmdebstrap || die 'apt-get could not install mmdebstrap'
  apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | sort -u | sed -n 1p | grep . || echo http://deb.debian.org/debian
}

# Files only: nothing of another architecture is run. /bin is a link to usr/bin, as in the distribution's own images.
install_distributions() {
  local row arch debian mirror
  mirror=$(debian_mirror)
  for row in "${architectures[@]}"; do
    IFS== read -r arch debian _ <<<"$row"
    [ ! -d "$distributions/roots/$arch" ] || continue
    say "mmdebstrap: $distribution with ${distribution_packages//,/ } for $debian"
    rm -rf "$distributions/new"
    mkdir -p "$distributions/roots"
    quietly mmdebstrap --variant=extract --architectures="$debian" --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
      --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "3"' \
      --include="$distribution_packages" "$distribution" "$distributions/new" "$mirror" ||
      die "mmdebstrap could not make $distribution for $debian"
    rm -rf "$distributions/new/usr/share/"{doc,info,locale,man} "$distributions/new/dev"
    mv "$distributions/new" "$distributions/roots/$arch"
  done
  install_go_programs
}

# As Go's own images have them: static, and position-independent, which Go alone makes for all but s390x.
install_go_programs() {
  local row arch mode source=$distributions/go/source
  mkdir -p "$source"
  printf 'module example.test/hello\n\ngo 1.21\n' >"$source/go.mod"
  printf 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n' >"$source/main.go"
  for row in "${architectures[@]}"; do
    arch=${row%%=*}
    for mode in exe pie; do
      [ "$arch-$mode" != s390x-pie ] && [ ! -x "$distributions/go/$arch-$mode" ] || continue
      say "go: a program for $arch ($mode)"
      (cd "$source" && quietly env CGO_ENABLED=0 GOOS=linux GOARCH="$arch" \
        go build -trimpath -buildmode="$mode" -o "$distributions/go/new" .) || die "go could not build for $arch"
      mv "$distributions/go/new" "$distributions/go/$arch-$mode"
    done
  done
}

# The lists are those that a mirror has now, however old; apt's own mirror is the one that this machine can reach.
install_generations() {
  local mirror
  install_peer_modules
  rm -rf "$peers/new"
  [ ! -x "$generations/usr/sbin/dockerd" ] || return 0
  mirror=$(debian_mirror)
  say "mmdebstrap: $generation with ${generation_packages//,/ }"
  # Made beside its place and moved, so that an interrupted one leaves no half a root.
  rm -rf "$generations.new"
  quietly mmdebstrap --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "3"' \
    --include="$generation_packages" "$generation" "$generations.new" "$mirror" ||
    die "mmdebstrap could not make $generation"
  mv "$generations.new" "$generations"
}

case ${1:-} in
  --folder) printf '%s\n' "$folder"; exit 0 ;;
  --peers-folder) printf '%s\n' "$peers"; exit 0 ;;
  --buildkit-folder) printf '%s\n' "$buildkit"; exit 0 ;;
  --generations-folder) printf '%s\n' "$generations"; exit 0 ;;
  --generations)
    [ "$(id -u)" = 0 ] || die 'this needs root: mmdebstrap and chroot do'
    install_generations
    say "generations: $generations"
    exit 0
    ;;
  --distributions-folder) printf '%s\n' "$distributions"; exit 0 ;;
  --distributions)
    install_distributions
    say "distributions: $distributions"
    exit 0
    ;;
  --peers)
    install_peers
    rm -rf "$peers/new"
    say "peers: $peers"
    exit 0
    ;;
  '') ;;
  *) die "unknown argument $1; known are --folder, --buildkit-folder, --peers, --peers-folder, --generations, --generations-folder, --distributions and --distributions-folder" ;;
esac
[ "$(id -u)" = 0 ] || die 'this needs root: engines, package installation and binfmt_misc do'
mkdir -p "$folder/bin" "$folder/new" "$folder/programs"
exec 9>"$folder/lock"
flock 9
install_packages
install_go_tools
install_buildkit
install_zizmor
install_programs
enable_emulation
rm -rf "$folder/new"
prove
say "all there: $folder"
