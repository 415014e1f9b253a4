# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # sourced: the variables are the caller's
# Operating system packages. Sourced; needs steps.sh and $root.

rust_minimum=1.88
java_minimum=17

# listed FILE...: the package names of lists.
listed() { sed 's/#.*//' "$@" | tr -s ' \n' '\n' | sed '/^$/d'; }

version_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

have_rust() {
  local tool version
  for tool in cargo rustc; do
    version=$("$tool" --version 2>/dev/null) || return 1
    version=${version#"$tool "}
    version_at_least "$rust_minimum" "${version%% *}" || return 1
  done
}

have_java() {
  local version
  version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
  [ -n "$version" ] && [ "$version" -ge "$java_minimum" ]
}

# wanted MODE: the packages of a mode; tools only where none that will do is on PATH.
wanted() {
  listed "$root/scripts/apt-packages-run.txt"
  have_rust || printf '%s\n' rustc-web cargo-web
  python3 -m pip --version >/dev/null 2>&1 || echo python3-pip
  if [ "$1" = fuzz ]; then listed "$root/scripts/apt-packages-fuzz.txt"; fi
  case $1 in run | fuzz) return ;; esac
  listed "$root/scripts/apt-packages-test.txt"
  have_java || echo default-jre-headless
  command -v mvn >/dev/null || echo maven
  command -v node >/dev/null || echo nodejs
  python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
  [ "$1" = test ] && return
  listed "$root/scripts/apt-packages-lint.txt"
}

# missing MODE: those of them that are not installed.
missing() {
  local packages installed
  mapfile -t packages < <(wanted "$1")
  # dpkg-query fails if it does not know one of them. The braces are its own.
  # shellcheck disable=SC2016
  installed=$({ dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true; } |
    sed -n 's/^installed //p')
  printf '%s\n' "${packages[@]}" | grep -vxF "$installed" || true
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

apt_install() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
  retry as_root "${apt[@]}" update
  retry as_root "${apt[@]}" install -y --no-install-recommends "$@"
}

progress_packages() {
  local log=$logs/packages.log upgraded new
  if ! read -r upgraded new < <(sed -n 's/^\([0-9]*\) upgraded, \([0-9]*\) newly installed.*/\1 \2/p' "$log" | tail -n 1); then
    printf 'reading the lists of packages'
    return
  fi
  printf '%s of %s packages set up' "$(grep -c '^Setting up' "$log")" $((upgraded + new))
}

# install_packages MODE: nothing to do, nothing is called. The answer is dpkg's, never a stamp's: a
# build tree may have come from another machine.
install_packages() {
  local packages
  if ! command -v dpkg-query >/dev/null; then
    say "  packages       this is no Debian: please install the like of: $(wanted "$1" | tr '\n' ' ')"
    return
  fi
  mapfile -t packages < <(missing "$1")
  [ "${#packages[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "not root and no sudo. As root: apt-get install --no-install-recommends ${packages[*]}"
  fi
  # Ask for the password now: a step has no terminal.
  if [ "$(id -u)" != 0 ]; then sudo -v; fi
  watched packages apt_install "${packages[@]}"
  hash -r
}
