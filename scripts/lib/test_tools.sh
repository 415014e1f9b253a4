# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # sourced: the variables are the caller's
# What only tests and checks need: Kafka's jars and Python environments. Sourced; needs steps.sh, $root, $build.

file_key() { cat "$@" | sha256sum | cut -d' ' -f1; }

install_kafka_jars() {
  step kafka-jars "$(file_key "$root/scripts/kafka/pom.xml" "$root/scripts/kafka/jars.lock")" \
    retry fetch_kafka_jars
}

# Maven into a repository of its own, so that a wrong jar is gone for good with it.
fetch_kafka_jars() {
  local kafka=$build/kafka
  rm -rf "$kafka/libs" "$kafka/repository"
  mvn -B -ntp -f "$root/scripts/kafka/pom.xml" -Dmaven.repo.local="$kafka/repository" \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$kafka/libs" || return 1
  rm -rf "$kafka/repository"
  if ! check_kafka_jars "$kafka/libs"; then
    rm -rf "$kafka/libs"
    return 1
  fi
}

# The lock must name exactly the jars that are there.
check_kafka_jars() {
  (cd "$1" && sha256sum --check --quiet --strict "$root/scripts/kafka/jars.lock" &&
    diff <(find . -name '*.jar' -printf '%f\n' | sort) <(awk '{print $2}' "$root/scripts/kafka/jars.lock" | sort))
}

progress_kafka-jars() {
  printf '%s of %s jars' "$(find "$build/kafka/repository" -name '*.jar' -path '*kafka*' -o -name '*.jar' | wc -l)" \
    "$(wc -l <"$root/scripts/kafka/jars.lock")"
}

# install_venv NAME REQUIREMENTS: the test environment; each requirement carries its hashes.
install_venv() {
  step venv "$(file_key "$2")|$(python3 --version)" fill_venv "$build/venv" "$2"
}

fill_venv() {
  rm -rf "$1"
  python3 -m venv "$1" || return 1
  retry "$1/bin/python" -m pip install -q --disable-pip-version-check --no-compile --only-binary=:all: \
    --require-hashes -r "$2"
}

# Checks of dashboards and manifests (tests/node): the lock names every package with its hash.
install_node_packages() {
  step node "$(file_key "$root"/tests/node/package*.json)" retry fetch_node_packages
}

fetch_node_packages() {
  rm -rf "$build/node"
  mkdir -p "$build/node" && cp "$root"/tests/node/package*.json "$build/node/" || return 1
  (cd "$build/node" && npm_client ci --silent --ignore-scripts --no-audit --no-fund)
}

install_lint_tools() {
  step ruff "$(file_key "$root/scripts/requirements-lint.txt")|$build/venv" \
    retry "$build/venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes \
    --only-binary=:all: -r "$root/scripts/requirements-lint.txt"
}
