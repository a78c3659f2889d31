# shellcheck shell=bash disable=SC2154
# Processes that outlive this script. Each has a folder in `home` with its `pid` and its `log`.
# A pid alone says little after a reboot: the command line must also name that folder.

# usage: pid_of PART -> prints the pid of the part if it runs
pid_of() {
  local pid words
  [[ -r $home/$1/pid ]] && read -r pid <"$home/$1/pid" && [[ $pid =~ ^[0-9]+$ ]] || return 1
  words=$({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null) || return 1
  [[ $words == *"$home/$1/"* ]] && echo "$pid"
}

# usage: launch PART COMMAND...
launch() {
  local part=$1
  shift
  [[ ! -e $home/$part/log ]] || mv -f "$home/$part/log" "$home/$part/log.old"
  rm -f "$home/$part/pid"
  # The new process writes its own pid before it becomes the daemon, so that no kill of this script
  # can fall between the start and the note of it. The lock must not outlive this script with it.
  # shellcheck disable=SC2016
  setsid bash -c 'echo $$ >"$0" && exec "$@"' "$home/$part/pid" "$@" \
    </dev/null >"$home/$part/log" 2>&1 {lock_fd}>&- &
  started=("$part" "${started[@]}")
}

# usage: await PART PROBE -> 0 it answers, 1 it ended or took too long
await() {
  local part=$1 probe=$2 deadline=$((SECONDS + START_SECONDS)) noted=false gone=false
  while (( SECONDS < deadline )); do
    # Asked before pid_of: a daemon that ends within the first moments must not be waited for.
    [[ ! -s $home/$part/pid ]] || noted=true
    if pid_of "$part" >/dev/null; then
      gone=false
      ! "$probe" || return 0
    elif $gone; then
      return 1
    else
      # Within exec a process has no command line for a moment: it is looked at once more.
      gone=$noted
    fi
    sleep 0.05
  done
  return 1
}

fail_start() {
  local part=$1
  if pid_of "$part" >/dev/null; then
    warn "$part did not answer within $START_SECONDS s. The last lines of $home/$part/log:"
  else
    warn "$part ended at once. The last lines of $home/$part/log:"
  fi
  tail -n 12 "$home/$part/log" >&2
  exit "$FAILED"
}

# usage: stop PART SECONDS -> after that many seconds it is killed
stop() {
  local part=$1 deadline=$((SECONDS + $2)) pid
  if pid=$(pid_of "$part"); then
    say "stopping $part (pid $pid)"
    kill -TERM "$pid" 2>/dev/null || true
    while pid_of "$part" >/dev/null; do
      if (( SECONDS >= deadline )); then
        warn "$part did not stop within $2 s: killing it"
        kill -KILL "$pid" 2>/dev/null || true
        deadline=$((SECONDS + 5))
      fi
      sleep 0.05
    done
  fi
  rm -f "$home/$part/pid"
}
