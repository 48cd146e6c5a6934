#!/usr/bin/env bash
# Installs what the tests need where it is missing, builds, checks format and allocation budgets, runs every test.
# The last line is always "N passed, N failed" (and ", N skipped"); the exit code is 1 when anything failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
./test.sh [--full] [FILTER...]

  --full    the long versions of the same tests (more rounds, rows, seeds);
            writes benchmarks/results/tests-full-DATE.txt
  FILTER    run only tests whose namespace.class.method contains it;
            format and budgets are then left out

Logs and results of each project: artifacts/test/
TEXT
}

full=false
filters=()
for argument in "$@"; do
  case "$argument" in
    --full) full=true ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) filters+=("$argument") ;;
  esac
done

readonly results=artifacts/test
readonly node_clients=tests/AiGateway.FunctionalTests/node
# A project that takes longer than this hangs; all together must stay under 15 minutes on 2 cores.
project_limit=10m
report=""
if $full; then
  export AIGATEWAY_TEST_FULL=1
  project_limit=4h
  report="benchmarks/results/tests-full-$(date -u +%F).txt"
fi
passed=0 failed=0 skipped=0
failures=()

say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

finish() {
  local line="$passed passed, $failed failed"
  if ((skipped > 0)); then line+=", $skipped skipped"; fi
  if ((${#failures[@]} > 0)); then
    printf '\nFailed:\n'
    printf '  %s\n' "${failures[@]}"
  fi
  if [[ -n "$report" && -f "$report" ]]; then
    if ((${#failures[@]} > 0)); then printf 'failed: %s\n' "${failures[@]}" >>"$report"; fi
    printf 'duration: %s s\n%s\n' "$SECONDS" "$line" >>"$report"
  fi
  printf '\n%s\n' "$line"
  if ((failed > 0)); then exit 1; fi
  exit 0
}

fail() { failed=$((failed + 1)); failures+=("$1"); }

stop() {
  printf '%s\n' "$@" >&2
  fail "$1"
  finish
}

# ---- What the tests need -------------------------------------------------------------------------------------------

on_debian() { command -v apt-get >/dev/null; }

as_root() {
  if [[ "$(id -u)" == 0 ]]; then "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"
  else return 1
  fi
}

apt_update() { as_root apt-get update -q >>"$results/install.log" 2>&1; }

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "$@" >>"$results/install.log" 2>&1 ||
    { apt_update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "$@" >>"$results/install.log" 2>&1; }
}

need_dotnet() {
  command -v dotnet >/dev/null && dotnet --version >/dev/null 2>&1 && return
  stop "The .NET 10 SDK is missing (global.json: any 10.0.x)." \
    "Install it with: curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0    (then put ~/.dotnet on the PATH)"
}

# promtool checks the metrics and the alert rules. The package is unpacked, not installed: installed, it would start a server.
need_promtool() {
  export PATH="$PATH:$PWD/.tools/prometheus/usr/bin"
  if command -v promtool >/dev/null; then return; fi
  if on_debian; then
    say "fetching promtool"
    mkdir -p .tools/prometheus
    if (cd .tools && { apt-get download -q prometheus >>"../$results/install.log" 2>&1 || { cd .. && apt_update && cd .tools && apt-get download -q prometheus >>"../$results/install.log" 2>&1; }; }) &&
      dpkg -x .tools/prometheus_*.deb .tools/prometheus && command -v promtool >/dev/null; then
      rm -f .tools/prometheus_*.deb
      return
    fi
    stop "promtool could not be fetched (see $results/install.log)." "Install it with: sudo apt-get update && sudo apt-get install prometheus"
  fi
  stop "promtool is missing." "Install Prometheus, for example with: brew install prometheus    (or from https://prometheus.io/download)"
}

# Redis 8, which Debian has from 13 on. The packages are unpacked, not installed: installed, they would start a server. On an
# older Debian it runs with the C library it was built for.
need_redis() {
  export PATH="$PWD/.tools/redis/bin:$PATH"
  if command -v redis-server >/dev/null; then return; fi
  if on_debian; then
    say "fetching Redis"
    local apt="$PWD/.tools/redis/apt" archive
    archive="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/\?$' || true)"
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" .tools/redis/bin
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive trixie main" >"$apt/trixie.list"
    local options=(-q -o Dir::Etc::SourceList="$apt/trixie.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt")
    if (cd "$apt" && apt-get "${options[@]}" update && apt-get "${options[@]}" download redis-server redis-tools libc6 libssl3t64 liblzf1 libjemalloc2 \
      libsystemd0 libcap2 libgcc-s1 libstdc++6 libzstd1 && for package in *.deb; do dpkg -x "$package" .. || exit 1; done) >>"$results/install.log" 2>&1; then
      cat >.tools/redis/bin/redis-server <<'TEXT'
#!/usr/bin/env bash
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
libraries=("$root"/usr/lib/*-linux-gnu*)
exec "$libraries"/ld-linux*.so.* --library-path "$libraries" --argv0 redis-server "$root/usr/bin/redis-server" "$@"
TEXT
      chmod +x .tools/redis/bin/redis-server
      rm -rf "$apt"
      return
    fi
    rm -rf .tools/redis
    stop "Redis could not be fetched (see $results/install.log)." "Install it with: sudo apt-get update && sudo apt-get install redis-server    (Debian 13 or later)"
  fi
  stop "redis-server is missing." "Install Redis 8, for example with: brew install redis"
}

need_postgres() {
  if command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; then return; fi
  if on_debian; then
    say "installing PostgreSQL"
    # Without this, Debian's package makes a cluster and starts it.
    if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
      as_root mkdir -p /etc/postgresql-common && echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null || true
    fi
    apt_install postgresql && return
    stop "PostgreSQL could not be installed (see $results/install.log)." "Install it with: sudo apt-get update && sudo apt-get install postgresql"
  fi
  stop "postgres is missing." "Install PostgreSQL 15 or later, for example with: brew install postgresql"
}

node_is_there() {
  command -v npm >/dev/null && command -v node >/dev/null && [[ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null)" -ge 20 ]]
}

need_node() {
  if ! node_is_there && on_debian; then
    say "installing node"
    apt_install nodejs npm || true
  fi
  node_is_there || stop "Node.js 20 or later, with npm, is missing." "Install it with: sudo apt-get install nodejs npm    (Debian 13, Ubuntu 25.04 or later; elsewhere from https://nodejs.org)"
  if [[ ! "$node_clients/node_modules/.package-lock.json" -nt "$node_clients/package-lock.json" ]]; then
    say "installing the Node clients"
    (cd "$node_clients" && npm ci --no-audit --no-fund >>"$OLDPWD/$results/install.log" 2>&1) ||
      stop "The Node clients could not be installed (see $results/install.log)." "Try: cd $node_clients && npm ci"
    touch "$node_clients/node_modules/.package-lock.json"
  fi
}

# ---- The run -------------------------------------------------------------------------------------------------------

begin_report() {
  mkdir -p "$(dirname "$report")"
  {
    printf 'The long versions of all tests (./test.sh --full%s)\n' "${filters[*]:+ ${filters[*]}}"
    printf 'date: %s\n' "$(date -u '+%F %H:%M UTC')"
    printf 'commit: %s\n' "$(git describe --always --dirty 2>/dev/null || echo unknown)"
    printf 'machine: %s, %s cores, %s\n' "$(uname -srm)" "$(getconf _NPROCESSORS_ONLN)" \
      "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo 2>/dev/null | head -1)"
    printf 'memory: %s\n' "$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo unknown)"
    printf 'dotnet: %s\n\n' "$(dotnet --version)"
  } >"$report"
}

build() {
  say "building"
  if ! dotnet build AiGateway.sln -c Release -v q --nologo -warnaserror >"$results/build.log" 2>&1; then
    grep -E ': (error|warning) ' "$results/build.log" | sort -u | head -50 || tail -50 "$results/build.log"
    stop "The build failed (see $results/build.log)."
  fi
}

check() { # NAME COMMAND...: a check that counts as one failed test when it fails
  local name="$1"
  shift
  say "checking $name"
  if ! "$@" >"$results/$name.log" 2>&1; then
    tail -40 "$results/$name.log"
    fail "$name (see $results/$name.log)"
  fi
}

attribute() { sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p" <<<"$1"; }

run_project() {
  local project="$1" name program xml log head limit=() selection=() filter
  name="$(basename "$project" .csproj)"
  program="$(dirname "$project")/bin/Release/net10.0/$name.dll"
  xml="$results/$name.xml"
  log="$results/$name.log"
  for filter in ${filters[@]+"${filters[@]}"}; do selection+=(-method "*$filter*"); done
  if command -v timeout >/dev/null; then limit=(timeout --kill-after=10s "$project_limit"); fi
  say "testing $name"
  local code=0 began=$SECONDS
  ${limit[@]+"${limit[@]}"} dotnet "$program" -noColor -noLogo -longRunning 60 -xml "$xml" ${selection[@]+"${selection[@]}"} >"$log" 2>&1 || code=$?
  head="$(grep -o '<assembly [^>]*>' "$xml" 2>/dev/null | head -1 || true)"
  if [[ -z "$head" ]]; then
    # With filters, a project without a match writes no assembly.
    if ((code == 0)) && ((${#filters[@]} > 0)); then return; fi
    tail -40 "$log"
    if ((code == 124 || code == 137)); then fail "$name: hangs; stopped after $project_limit (see $log)"
    else fail "$name: ended with code $code and no results (see $log)"
    fi
    return
  fi
  local p f e s n=0 test
  p="$(attribute "$head" passed)" f="$(attribute "$head" failed)" e="$(attribute "$head" errors)" s="$(attribute "$head" skipped)"
  while IFS= read -r test; do
    failures+=("$test")
    n=$((n + 1))
  done < <(sed -n 's/^ \{1,\}\(.*\) \[FAIL\]$/\1/p' "$log")
  f=$((${f:-0} + ${e:-0}))
  if ((n > 0)); then awk '/^    [^ ].*\[(FAIL|SKIP)\]$/ { on = /\[FAIL\]$/ } /^  ? ?[^ ]/ { on = 0 } on' "$log" | head -200; fi
  if ((f == 0 && code != 0)); then
    tail -20 "$log"
    fail "$name: ended with code $code although no test failed (see $log)"
  fi
  if ((f > 0 && n == 0)); then failures+=("$name: $f failed outside a test (see $log)"); fi
  passed=$((passed + ${p:-0}))
  failed=$((failed + f))
  skipped=$((skipped + ${s:-0}))
  local line="$name: ${p:-0} passed, $f failed, ${s:-0} skipped, $((SECONDS - began)) s"
  say "$line"
  if ((${s:-0} > 0)); then { grep -A1 '\[SKIP\]$' "$log" | grep -v -e '\[SKIP\]$' -e '^--' | sed 's/^ */      skipped: /' | sort | uniq -c | sed 's/^ *\([0-9]*\) */      \1 x /'; } || true; fi
  if [[ -n "$report" ]]; then printf '%s\n' "$line" >>"$report"; fi
}

rm -rf "$results"
mkdir -p "$results"
need_dotnet
need_promtool
need_redis
need_postgres
need_node
if $full; then begin_report; fi
build
if ((${#filters[@]} == 0)); then
  check format dotnet format AiGateway.sln --verify-no-changes --no-restore
  if [[ -d benchmarks/AiGateway.Benchmarks ]]; then
    check budgets dotnet run -c Release --no-build --project benchmarks/AiGateway.Benchmarks -- --budgets
  fi
fi
for project in tests/*/*.csproj benchmarks/*.Tests/*.csproj; do
  # The kit is a library; everything else in tests/ is a program of tests.
  if [[ "$(basename "$project")" == AiGateway.TestKit.csproj ]]; then continue; fi
  run_project "$project"
done
if ((passed + failed + skipped == 0)); then stop "No test was run: ${filters[*]:-no project in tests/}"; fi
finish
