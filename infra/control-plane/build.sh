#!/usr/bin/env bash
# Builds a real Kubernetes control plane for the tests, from Debian 12 packages alone:
#   build.sh [FOLDER]    default: ${XDG_CACHE_HOME:-~/.cache}/gridtide/control-plane
# Leaves FOLDER/bin/{etcd,kube-apiserver,kube-controller-manager}; takes 6 to 30 minutes and 5 GB, once.
# Nothing is installed: packages are unpacked in FOLDER, and apt keeps its lists there too.
set -euo pipefail

VERSION='1.20.5+really1.20.2-1.1+deb12u1'
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
FOLDER=$(realpath -m "${1:-${XDG_CACHE_HOME:-$HOME/.cache}/gridtide/control-plane}")
BINARIES=(etcd kube-apiserver kube-controller-manager)

for tool in apt-get dpkg make gcc tar; do
  command -v "$tool" >/dev/null || { echo "control plane: needs $tool (a Debian or Ubuntu machine)" >&2; exit 3; }
done
[ -e "$KEYRING" ] || { echo "control plane: needs $KEYRING (package debian-archive-keyring)" >&2; exit 3; }

built() { for name in "${BINARIES[@]}"; do [ -x "$FOLDER/bin/$name" ] || return 1; done; }
if built; then echo "control plane: already in $FOLDER/bin"; exit 0; fi

WORK=$FOLDER/build
mkdir -p "$FOLDER/bin" "$WORK"/{apt/lists/partial,apt/cache/archives/partial,debs,tools}
exec 9>"$FOLDER/lock"; flock 9 # a second build waits for the first
if built; then exit 0; fi

# Its own apt: the lists of bookworm's sources and packages, and no change to the system's.
for type in deb deb-src; do
  echo "$type [signed-by=$KEYRING] $MIRROR bookworm main"
done >"$WORK/apt/sources.list"
apt() {
  apt-get -qq -o Dir::Etc::SourceList="$WORK/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$WORK/apt/lists" -o Dir::Cache="$WORK/apt/cache" \
    -o APT::Sandbox::User="$(id -un)" "$@"
}
apt update

cd "$WORK/debs"
apt download golang-1.19-go golang-1.19-src etcd-server rsync libpopt0 libxxhash0 libzstd1 liblz4-1 \
  golang-github-modern-go-reflect2-dev
for package in *.deb; do dpkg -x "$package" "$WORK/tools"; done
cp "$WORK/tools/usr/bin/etcd" "$FOLDER/bin/etcd"

cd "$WORK"
apt source --download-only "kubernetes=$VERSION"
TREE=$WORK/go/src/k8s.io/kubernetes
rm -rf "$TREE" && mkdir -p "$TREE"
tar -xf kubernetes_*.orig.tar.* -C "$TREE" --strip-components=1
# The vendored reflect2 1.0.1 crashes under Go 1.18 and later; Debian's 1.0.2 does not.
rm "$TREE"/vendor/github.com/modern-go/reflect2/*.{go,s}
cp "$WORK"/tools/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} \
  "$TREE/vendor/github.com/modern-go/reflect2/"

export GOROOT=$WORK/tools/usr/lib/go-1.19 GOPATH=$WORK/go GOCACHE=$WORK/gocache
# Debian splits Go in two packages joined by absolute links, which lead nowhere in a private folder.
find "$WORK/tools/usr/lib/go-1.19" -maxdepth 1 -type l | while read -r link; do
  ln -sfn "$WORK/tools$(realpath -m "$link" | sed "s#^$WORK/tools##")" "$link"
done
export GO111MODULE=off GOPROXY=off CGO_ENABLED=0 GOFLAGS=-p=${BUILD_JOBS:-2}
export LD_LIBRARY_PATH=$WORK/tools/usr/lib/x86_64-linux-gnu:$WORK/tools/usr/lib/aarch64-linux-gnu
export PATH=$GOROOT/bin:$WORK/tools/usr/bin:$PATH
cd "$TREE"
make WHAT='cmd/kube-apiserver cmd/kube-controller-manager' GOLDFLAGS='-s -w'
cp _output/bin/kube-apiserver _output/bin/kube-controller-manager "$FOLDER/bin/"
rm -rf "$WORK"
echo "control plane: built in $FOLDER/bin"
