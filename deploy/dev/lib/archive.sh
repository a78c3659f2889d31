# shellcheck shell=bash
# Programs of the newest release of Debian's archive, whatever release this machine runs: packages are downloaded and
# unpacked into a folder of their own. Nothing is installed, the machine's own apt is left as it is.

# From the newest on: an older suite is for the day on which the newest wants other libraries than ours.
readonly archive_suites=(sid testing stable stable-backports)
readonly archive_keys=/usr/share/keyrings/debian-archive-keyring.gpg

# usage: archive_uri -> prints where this machine gets Debian's packages; fails where it has none
archive_uri() {
  [[ -r $archive_keys ]] && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 2>/dev/null \
    | awk '$1 == "Debian" { print $2; found = 1; exit } END { exit !found }'
}

# usage: archive_unpack FOLDER SUITE URI PACKAGE... -> their files stand below FOLDER/root; what was said, in FOLDER/log
archive_unpack() {
  local folder=$1 suite=$2 uri=$3 apt=$1/apt package
  shift 3
  rm -rf "$folder"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$folder/deb" "$folder/root"
  touch "$apt/status"
  echo "deb [signed-by=$archive_keys] $uri $suite main" >"$apt/sources.list"
  cat >"$apt/apt.conf" <<CONFIG
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferencesparts "-";
Dir::State::Lists "$apt/lists";
Dir::Cache "$apt/cache";
Dir::State::status "$apt/status";
APT::Sandbox::User "root";
CONFIG
  APT_CONFIG=$apt/apt.conf apt-get -qq update >"$folder/log" 2>&1 || return 1
  (cd "$folder/deb" && APT_CONFIG=$apt/apt.conf apt-get -qq download "$@" >>"$folder/log" 2>&1) || return 1
  for package in "$folder"/deb/*.deb; do
    dpkg-deb --extract "$package" "$folder/root"
  done
  rm -rf "$apt" "$folder/deb"
}
