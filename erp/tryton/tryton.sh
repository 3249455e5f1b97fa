#!/usr/bin/env bash
# A real Tryton 6.0 beside the hub, for its tests and its demo: installed from Debian, filled with fixtures/erp/tryton/world.json.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
world="$root/fixtures/erp/tryton/world.json"

usage() {
  cat <<HELP
usage: tryton.sh COMMAND [OPTION...]

  install    the packages, from Debian (needs root); nothing is started
  template   what databases are copies of; takes about a minute, and nothing when it is there
  make       a database, filled: a copy of the template
  start      the server, in the background, and waits until it answers
  run        the server, in the foreground
  stop       the server
  status     whether it answers; exit 0 = it does
  settings   what to enter in the hub for a connection, as JSON

  --home DIR            where database, settings and log are kept          [\$HUB_DATA_DIR/tryton, else .hub/tryton]
  --port N              the server's, on 127.0.0.1; 0 = a free one          [18069]
  --backend NAME        sqlite, or postgresql (a server of its own)         [sqlite]
  --processes N         of the server; SQLite takes one writer, so one      [sqlite 1, postgresql 2]
  --fresh               make: throw away a database that is there
HELP
}

command="${1:-}"
[ $# -gt 0 ] && shift
home="" port=18069 backend=sqlite processes="" fresh=""
while [ $# -gt 0 ]; do
  case "$1" in
    --home | --port | --backend | --processes)
      [ $# -ge 2 ] || { echo "tryton.sh: $1 needs a value" >&2; exit 2; }
      declare "${1#--}=$2"
      shift
      ;;
    --fresh) fresh=yes ;;
    -h | --help) usage; exit 0 ;;
    *) echo "tryton.sh: unknown option $1 (--help)" >&2; exit 2 ;;
  esac
  shift
done
data="${HUB_DATA_DIR:-$root/.hub}"
home="$(realpath -m "${home:-$data/tryton}")"
case "$backend" in sqlite) : "${processes:=1}" ;; postgresql) : "${processes:=2}" ;; *) echo "tryton.sh: no backend $backend" >&2; exit 2 ;; esac

database=hub
packages=(tryton-server tryton-proteus python3-levenshtein uwsgi-core uwsgi-plugin-python3)
modules=(sale sale_amendment sale_credit_limit sale_shipment_cost sale_shipment_grouping sale_invoice_grouping sale_price_list
  product_price_list_dates stock_package_shipping edocument_unece)
for module in "${modules[@]}"; do packages+=("tryton-modules-${module//_/-}"); done
[ "$backend" = postgresql ] && packages+=(postgresql python3-psycopg2)

say() { echo "tryton: $*" >&2; }

install() {
  local missing=() package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then say "everything is installed"; return; fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "not installed, for want of root or apt-get: ${missing[*]}"
    exit 1
  fi
  say "installing ${#missing[@]} packages"
  export DEBIAN_FRONTEND=noninteractive
  # policy-rc.d 101: Debian would start a PostgreSQL of its own on installing it, which nobody would stop.
  local ours="" installed="" try
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && ours=yes
  fi
  for try in 1 2 3; do
    if apt-get -o Acquire::Retries=3 update -q >/dev/null &&
      apt-get -o Acquire::Retries=3 install -qy --no-install-recommends "${missing[@]}" >/dev/null; then
      installed=yes
      break
    fi
    sleep $((try * 5))
  done
  [ -n "$ours" ] && rm -f /usr/sbin/policy-rc.d
  [ -n "$installed" ] || { say "installing failed"; exit 1; }
}

need_installed() {
  command -v trytond-admin >/dev/null && command -v uwsgi_python3 >/dev/null || { say "not installed: tryton.sh install"; exit 1; }
}

# Postgres refuses to run as root; the database's own user is the package's.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
pg_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

# What PostgreSQL keeps, below `home`; on a socket there, so that no port is taken.
pg_start() {
  local bin pg="$1/postgres"
  bin="$(pg_bin)"
  [ -n "$bin" ] || { say "no PostgreSQL here: tryton.sh install --backend postgresql"; exit 1; }
  if [ ! -s "$pg/PG_VERSION" ]; then
    mkdir -p "$pg"
    chmod 700 "$pg"
    [ "$(id -u)" = 0 ] && chown postgres "$pg"
    as_postgres "$bin/initdb" -D "$pg" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    # A demo and tests: nothing in it is worth a wait for the disk.
    printf "listen_addresses=''\nunix_socket_directories='%s'\nfsync=off\nsynchronous_commit=off\nfull_page_writes=off\njit=off\n" "$pg" |
      as_postgres tee -a "$pg/postgresql.conf" >/dev/null
  fi
  as_postgres "$bin/pg_ctl" -D "$pg" status >/dev/null ||
    as_postgres "$bin/pg_ctl" -D "$pg" -w -l "$pg/log" start >/dev/null
}
pg_stop() { [ ! -s "$1/postgres/postmaster.pid" ] || as_postgres "$(pg_bin)/pg_ctl" -D "$1/postgres" -m fast -w stop >/dev/null; }

# Writes `folder`/trytond.conf; sets $uri.
configure() {
  local folder="$1"
  mkdir -p "$folder/databases"
  if [ "$backend" = postgresql ]; then
    uri="postgresql://postgres@${folder//\//%2F}%2Fpostgres/"
  else
    uri="sqlite://"
  fi
  cat >"$folder/trytond.conf" <<CONF
[database]
uri = $uri
path = $folder/databases
[product]
# Prices for 1,000 pieces have more decimals than the usual four.
price_decimal = 6
[session]
max_attempt = 5
CONF
}

database_there() {
  if [ "$backend" = postgresql ]; then [ -e "$1/postgres/made" ]; else [ -s "$1/databases/$database.sqlite" ]; fi
}

# A database from nothing, in `folder`.
fill() {
  local folder="$1" from=$SECONDS
  configure "$folder"
  export TRYTOND_CONFIG="$folder/trytond.conf"
  /usr/bin/python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["users"]["admin"]["password"], end="")' "$world" >"$folder/password"
  if [ "$backend" = postgresql ]; then
    pg_start "$folder"
    as_postgres "$(pg_bin)/createdb" -h "$folder/postgres" -U postgres "$database"
  else
    touch "$folder/databases/$database.sqlite"
  fi
  say "making the database (${#modules[@]} modules and what they need)"
  TRYTONPASSFILE="$folder/password" trytond-admin -c "$TRYTOND_CONFIG" -d "$database" --email admin@demo.example \
    -u "${modules[@]}" --activate-dependencies >"$folder/make.log" 2>&1 || { tail -20 "$folder/make.log" >&2; exit 1; }
  rm "$folder/password"
  say "filling it ($((SECONDS - from)) s so far)"
  /usr/bin/python3 -W ignore "$here/seed.py" "$([ "$backend" = sqlite ] && echo "sqlite:///$database" || echo "${uri}$database")" \
    "$TRYTOND_CONFIG" "$world" >&2 2>>"$folder/make.log" || { tail -20 "$folder/make.log" >&2; exit 1; }
  if [ "$backend" = postgresql ]; then pg_stop "$folder"; as_postgres touch "$folder/postgres/made"; fi
  say "made in $((SECONDS - from)) s"
}

# Templates are kept for the next time, one for every state of what they are made of.
template_folder() {
  local made_of
  made_of="$( (cat "$here/seed.py" "$world"; echo "$backend" "${modules[@]}"; dpkg-query -W -f '${Version} ' tryton-server) | sha256sum | cut -c1-12)"
  echo "/var/tmp/hub-tryton-$(id -u)/$backend-$made_of"
}

# Several may want the first one at once; it gets its name when it is whole.
template() {
  need_installed
  local folder templates
  folder="$(template_folder)"
  templates="$(dirname "$folder")"
  mkdir -p -m 711 "$templates"
  [ -O "$templates" ] || { say "$templates is somebody else's"; exit 1; }
  exec 9>"$templates/lock"
  flock 9
  if [ ! -d "$folder" ]; then
    rm -rf "$folder.part"
    mkdir -p -m 711 "$folder.part"
    fill "$folder.part" 9>&-
    mv "$folder.part" "$folder"
    # What other versions of the files here made; two are kept for other checkouts.
    find "$templates" -maxdepth 1 -name "$backend-*" -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- | xargs -r rm -rf
  fi
  exec 9>&-
}

make() {
  need_installed
  if database_there "$home"; then
    if [ -z "$fresh" ]; then say "the database is there ($home)"; return; fi
    stop
    rm -rf "$home/databases" "$home/postgres"
  fi
  template
  mkdir -p "$home/databases"
  if [ "$backend" = postgresql ]; then
    cp -a "$(template_folder)/postgres" "$home/postgres"
    sed -i "s#^unix_socket_directories=.*#unix_socket_directories='$home/postgres'#" "$home/postgres/postgresql.conf"
  else
    cp "$(template_folder)/databases/$database.sqlite" "$home/databases/$database.sqlite"
  fi
  say "the database is ready ($home)"
}

answers() {
  curl -sf -m 2 -H 'Content-Type: application/json' -d '{"id":0,"method":"common.server.version","params":[]}' "$1/" >/dev/null
}
address() { cat "$home/address" 2>/dev/null || echo "http://127.0.0.1:$port"; }
server_pid() {
  local pid
  pid="$(cat "$home/pid" 2>/dev/null)" && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && echo "$pid"
}

# Becomes the server. One process and one thread for SQLite: it has one writer at a time anyway, and Tryton's caches in two
# processes only hear of each other through PostgreSQL.
run() {
  need_installed
  database_there "$home" || { say "no database yet: tryton.sh make"; exit 1; }
  configure "$home"
  if [ "$backend" = postgresql ]; then pg_start "$home"; fi
  if [ "$port" = 0 ]; then
    port="$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
  fi
  echo "http://127.0.0.1:$port" >"$home/address"
  echo $$ >"$home/pid"
  export TRYTOND_CONFIG="$home/trytond.conf" TRYTOND_DATABASE_NAMES="$database"
  exec uwsgi_python3 --master --no-orphans --die-on-term --need-app --lazy-apps --http-socket "127.0.0.1:$port" --add-header "Connection: close" \
    --processes "$processes" --enable-threads --buffer-size 32768 --disable-logging --module trytond.application:app
}

start() {
  if [ -n "$(server_pid)" ]; then say "it runs already: $(address)"; return; fi
  need_installed
  database_there "$home" || { say "no database yet: tryton.sh make"; exit 1; }
  rm -f "$home/address"
  setsid "${BASH_SOURCE[0]}" run --home "$home" --port "$port" --backend "$backend" --processes "$processes" >"$home/server.log" 2>&1 </dev/null &
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    if [ -s "$home/address" ] && answers "$(address)"; then say "it answers: $(address)"; return; fi
    sleep 0.1
  done
  say "it did not start"
  tail -20 "$home/server.log" >&2
  exit 1
}

stop() {
  local pid tries
  if pid="$(server_pid)"; then
    kill "$pid"
    for ((tries = 0; tries < 100; tries++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$home/pid" "$home/address"
  if [ "$backend" = postgresql ]; then pg_stop "$home"; fi
  say "it is stopped"
}

status() {
  if answers "$(address)"; then say "it answers: $(address)"; else say "no answer from $(address)"; exit 1; fi
}

settings() {
  /usr/bin/python3 - "$world" "$(address)" "$database" <<'PYTHON'
import json, sys
world = json.load(open(sys.argv[1], encoding='utf-8'))
print(json.dumps({'url': sys.argv[2], 'database': sys.argv[3], 'user': 'hub', 'password': world['users']['hub']['password'],
    'customerCategory': world['customerCategory'], 'freightItemNumber': world['freightArticle']['number']}, indent=2))
PYTHON
}

case "$command" in
  install | template | make | start | run | stop | status | settings) "$command" ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 2 ;;
esac
