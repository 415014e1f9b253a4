# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # sourced: the variables are the caller's
# Steps of a set-up or a build: one line each with its seconds, live progress, skipped when done.
# Sourced; needs $build (the build tree) and stamp_of. A step's output goes to $build/log/NAME.log.

logs=$build/log

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# done_already NAME KEY: was step NAME finished with this very key? The stamp lies beside what it
# vouches for (stamp_of NAME prints its path), so the two are deleted together.
done_already() {
  local was
  { read -r was <"$(stamp_of "$1")"; } 2>/dev/null && [ "$was" = "$2" ]
}

# step NAME KEY COMMAND...: run COMMAND unless it was finished with this KEY. If a function
# progress_NAME exists, what it prints is shown while the command runs.
step() {
  local name=$1 key=$2 stamp
  shift 2
  if done_already "$name" "$key"; then return 0; fi
  stamp=$(stamp_of "$name")
  rm -f "$stamp"
  watched "$name" "$@"
  mkdir -p "$(dirname "$stamp")"
  printf '%s\n' "$key" >"$stamp"
}

# watched NAME COMMAND...: run with output to the log, show progress, print the line or the failure.
watched() {
  local name=$1 started=$SECONDS pid
  shift
  mkdir -p "$logs"
  # A process group of its own, so that an interrupt can end all that the step has started.
  set -m
  ("$@") >"$logs/$name.log" 2>&1 </dev/null &
  pid=$!
  set +m
  # shellcheck disable=SC2064  # this step's number
  trap "kill -TERM -- -$pid 2>/dev/null; exit 130" INT TERM
  show_progress "$name" "$pid" "$started"
  if ! wait "$pid"; then
    trap - INT TERM
    clear_line
    show_failure "$name"
    exit 1
  fi
  trap - INT TERM
  clear_line
  printf '  %-14s %4d s\n' "$name" $((SECONDS - started))
}

# A live line on a terminal; without one a line every 15 seconds.
show_progress() {
  local name=$1 pid=$2 started=$3 shown=$3 text
  while kill -0 "$pid" 2>/dev/null; do
    if [ -t 1 ]; then
      printf '\r\033[K  %-14s %4d s  %s' "$name" $((SECONDS - started)) "$(progress_of "$name")"
    elif [ $((SECONDS - shown)) -ge 15 ]; then
      shown=$SECONDS
      text=$(progress_of "$name")
      printf '  %-14s ... %d s  %s\n' "$name" $((SECONDS - started)) "$text"
    fi
    sleep 0.2
  done
}

progress_of() { if declare -F "progress_$1" >/dev/null; then "progress_$1" 2>/dev/null || true; fi; }
clear_line() { if [ -t 1 ]; then printf '\r\033[K'; fi; }

show_failure() {
  {
    printf '  %-14s FAILED; the end of %s:\n' "$1" "$logs/$1.log"
    tail -n 40 "$logs/$1.log" | sed 's/^/    /'
  } >&2
}

# retry COMMAND...: up to three times, with a growing pause: registries have bad moments.
retry() {
  local try
  for try in 1 2 3; do
    "$@" && return 0
    if [ "$try" -lt 3 ]; then
      echo "attempt $try failed: $*" >&2
      sleep $((try * 4))
    fi
  done
  return 1
}
