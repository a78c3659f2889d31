# shellcheck shell=bash disable=SC2154
# The engine: dockerd, and a containerd of its own. Left to itself dockerd would use the machine's
# containerd where one runs, and share its containers with the machine's own engine.

# Not one of Docker's usual ranges, so that it does not meet the network of an engine used before.
readonly BRIDGE_ADDRESS=172.30.77.1/24

containerd_answers() { [[ -S $run/containerd.sock ]]; }

dockerd_answers() { [[ -n $(dockerd_headers) ]]; }

dockerd_headers() {
  [[ -S $run/docker.sock ]] && curl --silent --max-time 2 --head --unix-socket "$run/docker.sock" http://docker/_ping 2>/dev/null
}

dockerd_version() {
  dockerd_headers | tr -d '\r' | awk -F': ' '
    tolower($1) == "server" { sub(/^Docker\//, "", $2); version = $2 }
    tolower($1) == "api-version" { api = $2 }
    END { print version ", API " api }'
}

dockerd_has_bridge() { [[ -e $home/dockerd/bridge ]]; }

dockerd_status() {
  local pid
  if ! pid=$(pid_of dockerd); then
    echo "engine      stopped"
    return 1
  elif ! dockerd_answers; then
    echo "engine      not answering   pid $pid, $docker_host (may this user open it?), log $home/dockerd/log"
    return 1
  fi
  echo "engine      running   $(dockerd_version)   pid $pid   $docker_host"
}

containerd_status() {
  local pid
  if ! pid=$(pid_of containerd); then
    echo "containerd  stopped"
    return 1
  fi
  echo "containerd  running   pid $pid"
}

start_containerd() {
  mkdir -p "$home/containerd/data" "$run/containerd"
  if pid_of containerd >/dev/null; then
    return 0
  fi
  cat >"$home/containerd/config.toml" <<CONFIG
version = 2
root = "$home/containerd/data"
state = "$run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$run/containerd.sock"
CONFIG
  rm -f "$run/containerd.sock"
  raise_open_files
  launch containerd containerd --config "$home/containerd/config.toml" --log-level warn
  await containerd containerd_answers || fail_start containerd
}

start_dockerd() {
  local bridge=$1 network=(--bridge=none --iptables=false --ip6tables=false --ip-forward=false) confined=()
  shift
  mkdir -p "$home/dockerd/data" "$run/exec"
  if pid_of dockerd >/dev/null; then
    if $bridge && ! dockerd_has_bridge; then
      fail "$FAILED" 'the engine already runs, without a bridge. Stop it first: deploy/dev/engine down'
    fi
    await dockerd dockerd_answers || fail_start dockerd
    say "engine is already running: $(dockerd_version)"
    return 0
  fi
  if $bridge || dockerd_has_bridge; then
    remove_ownerless_bridge
    rm -f "$home/dockerd/bridge"
  fi
  if $bridge; then
    touch "$home/dockerd/bridge"
    network=(--bip "$BRIDGE_ADDRESS" --ip 127.0.0.1)
  elif command -v setpriv >/dev/null; then
    # With --bridge=none dockerd deletes docker0 as it starts, be it another engine's: take the right away.
    confined=(setpriv --bounding-set -net_admin --inh-caps -net_admin)
  fi
  # A file of its own: /etc/docker/daemon.json belongs to the machine's engine.
  echo '{}' >"$home/dockerd/daemon.json"
  # Its pid may be another process by now, and dockerd would refuse to start.
  rm -f "$home/dockerd/docker.pid" "$run/docker.sock"
  raise_open_files
  launch dockerd "${confined[@]}" dockerd --config-file "$home/dockerd/daemon.json" --data-root "$home/dockerd/data" \
    --exec-root "$run/exec" --pidfile "$home/dockerd/docker.pid" --host "$docker_host" \
    --containerd "$run/containerd.sock" --log-level warn "${network[@]}" "$@"
  await dockerd dockerd_answers || fail_start dockerd
  if [[ -n ${SUDO_UID:-} ]]; then
    chown "$SUDO_UID" "$run/docker.sock"
    say "the socket belongs to user $SUDO_UID, who ran sudo"
  fi
  say "engine is running: $(dockerd_version)"
}

raise_open_files() {
  local soft
  soft=$(ulimit -Sn)
  if [[ $soft != unlimited ]] && (( soft < 65536 )); then
    ulimit -Sn 65536 2>/dev/null || ulimit -Sn "$(ulimit -Hn)"
  fi
}

stop_dockerd() { stop dockerd 30; }
stop_containerd() { stop containerd 10; }

# Prints the pids of other engines that own, or would take, docker0 in this network namespace.
other_bridging_engines() {
  local dir pid mine
  mine=$(pid_of dockerd || true)
  for dir in /proc/[0-9]*; do
    pid=${dir#/proc/}
    [[ $pid != "$mine" && $(cat "$dir/comm" 2>/dev/null) == dockerd ]] || continue
    [[ $(readlink "$dir/ns/net") == "$(readlink /proc/self/ns/net)" ]] || continue
    tr '\0' '\n' 2>/dev/null <"$dir/cmdline" | grep -qx -e '--bridge=none' || echo "$pid"
  done
}

refuse_second_bridge() {
  local others
  others=$(other_bridging_engines)
  [[ -z $others ]] || fail "$FAILED" "up --bridge: another dockerd (pid ${others//$'\n'/, }) owns docker0 and its iptables rules. Use that engine (DOCKER_HOST), stop it, or start this one without --bridge."
}

# With another address than ours, a docker0 left by an engine that is gone stops dockerd from starting.
remove_ownerless_bridge() {
  if [[ -d /sys/class/net/docker0 && -z $(other_bridging_engines) ]]; then
    ip link delete docker0 2>/dev/null || true
  fi
}
