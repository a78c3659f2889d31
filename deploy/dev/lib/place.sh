# shellcheck shell=bash disable=SC2034
# Where an engine keeps its things. Sets: home, run (sockets), docker_host.

# The longest name dockerd and containerd put below `run`, such as exec/libnetwork/0123456789ab.sock
readonly LONGEST_SOCKET=40 SOCKET_PATH_LIMIT=104

find_place() {
  home=$(realpath -m -- "${PULLCAST_DEV_HOME:-$root/.pullcast/dev}")
  run=$home/run
  if (( ${#run} + LONGEST_SOCKET > SOCKET_PATH_LIMIT )); then
    local hash
    hash=$(printf %s "$home" | sha256sum)
    run=/run/pullcast-dev-${hash:0:12}
  fi
  docker_host=unix://$run/docker.sock
}

# One command at a time per folder: two concurrent `up` would start two of everything.
enter_home() {
  [[ $home != / ]] || fail "$USAGE" 'PULLCAST_DEV_HOME must not be /'
  if [[ ! -d $home ]]; then
    mkdir -p "$home"
    # Under sudo the repository is the user's, and so should be what stands in it.
    if [[ -n ${SUDO_UID:-} && $home == "$root"/* ]]; then
      chown "$SUDO_UID:${SUDO_GID:-0}" "$home" "$(dirname "$home")"
    fi
  fi
  exec {lock_fd}>"$home/engine.lock"
  flock --wait 120 "$lock_fd" || fail "$FAILED" "another deploy/dev/engine command has been at work in $home for two minutes. See who holds it: fuser $home/engine.lock"
}

remove_data() {
  # The names are ours, never the whole folder: it may be one in which the user keeps other things.
  rm -rf --one-file-system "$home/dockerd" "$home/containerd" "$home/registry" "$run"
  rm -f "$home/engine.lock"
  rmdir "$home" 2>/dev/null || true
  say "removed the data in $home"
}
