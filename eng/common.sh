# Sourced by the scripts of eng/: where things are, and how a failed step speaks.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
local_dir=$root/eng/.local
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# A loaded machine can make the compiler server hang on between runs; each build ends its own.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

say() { printf '%s\n' "$*" >&2; }

# fail STEP ADVICE: what went wrong and what to do, and out.
fail() { say "error: $1"; say "  what to do: $2"; exit 1; }

# step NAME COMMAND...: run quietly; on failure show the end of the output, the step's name and its log.
step() {
    local name=$1 log start=$SECONDS; shift
    mkdir -p "$local_dir/log"
    log=$local_dir/log/$(printf '%s' "$name" | tr -c 'a-zA-Z0-9' '-').log
    say "- $name ..."
    if ! "$@" >"$log" 2>&1; then
        tail -25 "$log" >&2
        fail "step '$name' failed after $((SECONDS - start)) s" "read $log, mend what it names, and run eng/setup again (finished steps are not repeated)"
    fi
}

# newer_than STAMP: true when a source, project or script file changed after STAMP was written.
newer_than() {
    [ ! -e "$1" ] || [ -n "$(find "$root/src" "$root/tests" "$root/bench" "$root"/*.props "$root"/global.json "$root"/.editorconfig \
        "$local_dir/packages.props" \( -name bin -o -name obj \) -prune -o -type f -newer "$1" -print -quit 2>/dev/null)" ]
}

# build: everything, once; nothing when nothing changed.
build() {
    local stamp=$local_dir/built.stamp
    newer_than "$stamp" || return 0
    # -graph would restore twice; one restore, one build.
    step "build" dotnet build "$root/Worker.sln" -c Release -v quiet -clp:NoSummary
    touch "$stamp"
}

worker_dll=$root/src/Worker/bin/Release/net10.0/worker.dll
