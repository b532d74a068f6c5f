#!/bin/sh
# Installs what a fresh Debian 12 machine lacks to build, test and demonstrate Tamarack. Does nothing, in well under a second, when
# everything is there. Needs root or sudo only when something is missing.
set -eu

packages="clang-19 clang-tidy-19 clang-format-19 llvm-19 libclang-rt-19-dev lld-19 cmake ninja-build ccache make git ca-certificates
libboost1.81-dev libboost-json1.81-dev libssl-dev libsqlite3-dev libsqlitecpp-dev libfmt-dev libexpected-dev libcli11-dev
libtomlplusplus-dev libhiredis-dev libpq-dev librabbitmq-dev zlib1g-dev libpugixml-dev libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
python3 python3-pytest python3-pytest-xdist python3-pytest-rerunfailures python3-pyflakes python3-selenium chromium chromium-driver fonts-dejavu-core procps tmux iproute2
nftables redis-server postgresql-15 rabbitmq-server
python3-distributed python3-fastapi uvicorn python3-multipart python3-flask python3-celery celery python3-redis python3-psutil"

missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  echo "setup: installing$missing"
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup: please install these packages as root:$missing" >&2; exit 1; }
    as_root=sudo
  fi
  export DEBIAN_FRONTEND=noninteractive
  # The servers among them are programs that tests start, not services of this machine: apt must not start them.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    trap '$as_root rm -f "$policy"' EXIT
  fi
  $as_root apt-get update -qq
  # shellcheck disable=SC2086
  $as_root apt-get -o DPkg::Lock::Timeout=900 install -y -qq --no-install-recommends $missing >/dev/null
fi

# Vite 8 and Playwright need Node 20.19 or newer; Debian 12's own is 18. The npm package `node` carries a current binary.
node_ok() { command -v "$1" >/dev/null 2>&1 && "$1" -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)'; }
here=$(cd "$(dirname "$0")/.." && pwd)
if ! node_ok node && ! node_ok "$here/build/node/bin/node"; then
  echo "setup: installing a current Node from the npm registry into build/node"
  if ! command -v npm >/dev/null 2>&1; then
    as_root=""; [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
  fi
  mkdir -p "$here/build/node"
  (cd "$here/build/node" && npm init -y >/dev/null 2>&1 && npm install --no-audit --no-fund --loglevel=error node@22 npm@11)
  mkdir -p "$here/build/node/bin"
  for tool in node npm npx; do ln -sf "../node_modules/.bin/$tool" "$here/build/node/bin/$tool"; done
fi
