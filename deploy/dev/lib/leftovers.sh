# shellcheck shell=bash disable=SC2154
# What stays behind when a daemon was killed: containers, mounts, the bridge, sockets.

remove_leftovers() {
  kill_containers
  unmount_all
  if dockerd_has_bridge; then
    remove_ownerless_bridge
    rm -f "$home/dockerd/bridge"
  fi
  rm -rf --one-file-system "$run"
  rm -f "$home/dockerd/docker.pid"
}

# A shim that is killed leaves its container running, so the container goes first.
kill_containers() {
  local dir shim child killed=false
  for dir in /proc/[0-9]*; do
    shim=${dir#/proc/}
    tr '\0' '\n' 2>/dev/null <"$dir/cmdline" | grep -qxF "$run/containerd.sock" || continue
    [[ $(cat "$dir/comm" 2>/dev/null) == containerd-shim* ]] || continue
    say "killing a container that outlived the engine (shim $shim)"
    for child in $(children_of "$shim"); do
      kill -KILL "$child" 2>/dev/null || true
    done
    kill -KILL "$shim" 2>/dev/null || true
    killed=true
  done
  ! $killed || wait_until_unused
}

children_of() { awk -v parent="$1" '$1 == "PPid:" && $2 == parent { split(FILENAME, path, "/"); print path[3] }' /proc/[0-9]*/status 2>/dev/null || true; }

# The mounts of a container go with its last process, a moment after the kill.
wait_until_unused() {
  local deadline=$((SECONDS + 5))
  while (( SECONDS < deadline )) && grep -qsF "$run/containerd.sock" /proc/[0-9]*/cmdline; do
    sleep 0.05
  done
}

unmount_all() {
  local path
  while IFS= read -r path; do
    umount "$path" 2>/dev/null || umount --lazy "$path" || warn "could not unmount $path"
  done < <(mounts_below "$home" "$run")
}

# The latest first: mounts lie on top of each other.
mounts_below() {
  local path dir
  awk '{ print $5 }' /proc/self/mountinfo | tac | while IFS= read -r path; do
    # mountinfo writes a space as \040
    printf -v path %b "$path"
    for dir in "$@"; do
      if [[ $path == "$dir"/* ]]; then
        printf '%s\n' "$path"
        break
      fi
    done
  done
}
