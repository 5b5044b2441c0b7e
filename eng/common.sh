# Sourced by the scripts of eng/: where things are, and how a failed step reports. Works in bash 3.2 (macOS) too.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
local_dir=$root/eng/.local
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# On a loaded machine the compiler server can stay around between runs, so each build ends its own.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
# Today's clone must still build next month, when newer analyzers have more rules: .ci/run sets true, and so does a plain 'dotnet build'.
export TreatWarningsAsErrors=${TreatWarningsAsErrors:-false}
# eng/setup --cuda adds CUDA's libraries.
[ ! -e "$local_dir/cuda" ] || export Cuda=true

say() { printf '%s\n' "$*" >&2; }

# fail STEP ADVICE: prints what went wrong and what to do, then exits.
fail() { say "error: $1"; say "  what to do: $2"; exit 1; }

# step NAME COMMAND...: run quietly; on failure show the end of the output, the step's name and its log.
step() {
    local name=$1 log start=$SECONDS; shift
    mkdir -p "$local_dir/log"
    log=$local_dir/log/$(printf '%s' "$name" | tr -c 'a-zA-Z0-9' '-').log
    say "- $name ..."
    if ! "$@" >"$log" 2>&1; then
        tail -25 "$log" >&2
        fail "step '$name' failed after $((SECONDS - start)) s" "read $log, fix what it names, and run eng/setup again (finished steps are not repeated)"
    fi
}

# checksum: the checksum of standard input.
checksum() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }

# any_newer STAMP PATH...: true when a file below the paths, results of builds aside, changed after STAMP was written.
any_newer() {
    local stamp=$1; shift
    [ ! -e "$stamp" ] || [ -n "$(find "$@" \( -name bin -o -name obj -o -name bundle \) -prune -o -type f -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

# build: builds everything once; does nothing if nothing changed.
build() {
    local stamp=$local_dir/built.stamp settings
    settings="warnings are errors: $TreatWarningsAsErrors, CUDA: ${Cuda:-false}"
    if [ "$(cat "$stamp" 2>/dev/null)" = "$settings" ] &&
        ! any_newer "$stamp" "$root/src" "$root/tests" "$root/bench" "$root"/Directory.* "$root/global.json" "$root/.editorconfig" "$root/BannedSymbols.txt"; then
        return 0
    fi
    # One restore, one build: -graph would restore twice.
    step "build" dotnet build "$root/Worker.sln" -c Release -v quiet -clp:NoSummary
    printf '%s\n' "$settings" >"$stamp"
    ! grep -qE ': warning (CS|CA|IDE|MA|RS|xUnit)' "$local_dir/log/build.log" || say "  with warnings, which .ci/run refuses: $local_dir/log/build.log"
}

worker_dll=$root/src/Worker/bin/Release/net10.0/worker.dll
