# shellcheck shell=bash disable=SC2154
# The registry: docker-registry on a loopback port, its images below $home/registry/data.

readonly DEFAULT_PORT=5005 PORTS_TRIED=20

registry_port() { cat "$home/registry/port" 2>/dev/null; }
registry_login() { cat "$home/registry/login" 2>/dev/null || true; }

# The header tells our registry from another process on the same port.
registry_answers() {
  local port
  port=$(registry_port) || return 1
  curl --silent --noproxy '*' --max-time 2 --head "http://127.0.0.1:$port/v2/" 2>/dev/null | grep -qiF "Pullcast-Dev: $(registry_mark)"
}

registry_mark() { printf %s "$home" | sha256sum | cut -c 1-12; }

registry_status() {
  local pid
  if [[ -e $home/registry/off ]]; then
    echo "registry    not wanted (up --no-registry)"
  elif ! pid=$(pid_of registry); then
    echo "registry    stopped"
    return 1
  elif ! registry_answers; then
    echo "registry    not answering   pid $pid, log $home/registry/log"
    return 1
  else
    echo "registry    running   127.0.0.1:$(registry_port)   pid $pid"
  fi
}

start_registry() {
  local port wanted=${PULLCAST_DEV_REGISTRY_PORT:-} login=${PULLCAST_DEV_REGISTRY_AUTH:-}
  [[ -z $wanted || $wanted =~ ^[0-9]{1,5}$ ]] || fail "$USAGE" "PULLCAST_DEV_REGISTRY_PORT is $wanted, not a port number"
  [[ -z $login || $login == ?*:?* ]] || fail "$USAGE" 'PULLCAST_DEV_REGISTRY_AUTH is not user:password'
  mkdir -p "$home/registry/data"
  if pid_of registry >/dev/null; then
    if [[ -n $wanted && $wanted != "$(registry_port)" ]] || [[ -n $login && $login != "$(registry_login)" ]]; then
      fail "$FAILED" "the registry already runs, on port $(registry_port), with another port or login than asked for. Stop it first: deploy/dev/engine down"
    fi
    await registry registry_answers || fail_start registry
    say "registry is already running on 127.0.0.1:$(registry_port)"
    return 0
  fi
  rm -f "$home/registry/off"
  write_login "$login"
  for port in $(ports_to_try "$wanted"); do
    write_registry_config "$port"
    echo "$port" >"$home/registry/port"
    # Without its environment: REGISTRY_* variables of the user's would overrule the file.
    launch registry env -i "PATH=$PATH" docker-registry serve "$home/registry/config.yml"
    if await registry registry_answers; then
      say "registry is running on 127.0.0.1:$port"
      return 0
    fi
    grep -q 'address already in use' "$home/registry/log" || fail_start registry
    [[ -z $wanted ]] || fail "$FAILED" "port $wanted of 127.0.0.1 is taken by another process. Set PULLCAST_DEV_REGISTRY_PORT to a free one, or leave it unset."
    say "port $port is taken, trying the next one"
  done
  rm -f "$home/registry/port"
  fail "$FAILED" "no free port for the registry from $DEFAULT_PORT on. Set PULLCAST_DEV_REGISTRY_PORT to a free one."
}

skip_registry() {
  if ! pid_of registry >/dev/null; then
    mkdir -p "$home/registry"
    touch "$home/registry/off"
  fi
}

ports_to_try() {
  if [[ -n $1 ]]; then
    echo "$1"
    return
  fi
  local remembered
  remembered=$(registry_port || true)
  echo "$remembered"
  seq "$DEFAULT_PORT" $((DEFAULT_PORT + PORTS_TRIED - 1)) | grep -vxF "${remembered:-none}"
}

write_login() {
  rm -f "$home/registry/login" "$home/registry/htpasswd"
  [[ -n $1 ]] || return 0
  (
    umask 077
    echo "$1" >"$home/registry/login"
    # The registry knows bcrypt only, hence -B; on standard input the password stays out of `ps`.
    printf %s "${1#*:}" | htpasswd -niB "${1%%:*}" >"$home/registry/htpasswd"
  )
}

write_registry_config() {
  {
    cat <<CONFIG
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: "$home/registry/data"}, delete: {enabled: true}}
http:
  addr: 127.0.0.1:$1
  headers: {X-Pullcast-Dev: ["$(registry_mark)"]}
CONFIG
    if [[ -e $home/registry/htpasswd ]]; then
      echo "auth: {htpasswd: {realm: pullcast-dev, path: \"$home/registry/htpasswd\"}}"
    fi
  } >"$home/registry/config.yml"
}

stop_registry() { stop registry 10; }
