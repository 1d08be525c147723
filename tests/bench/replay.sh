#!/usr/bin/env bash
# Replay against the tools people use, in one run on one core:
#   bash tests/bench/replay.sh [FRAMES] [RUNS] [RUNS OF TSHARK] [CAPTURE...]
# Makes a loopback chat capture, one of short connections, and where captures are given one of what is in them, over and
# over; then times each command RUNS times, interleaved, and prints the median and the ratio to chatscope. Peers that are
# not installed are named as missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
frames=${1:-1000000} runs=${2:-5} few=${3:-3}
captures=("${@:4}")
us=target/release/chatscope
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
[ -n "${SKIP_BUILD:-}" ] || cargo build -q --release --locked --bins --example make_capture
pin=""; command -v taskset >/dev/null && pin="taskset -c 0"

median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }
once() { local t0 t1; t0=$(date +%s%N); $pin "$@" >/dev/null 2>&1 || true; t1=$(date +%s%N); echo $(( (t1-t0)/1000000 )); }

# compare LABEL -- OURS -- PEER... : interleaved medians in milliseconds and the ratio peer/ours.
compare() {
    local label=$1 ours=$2 peer=$3 n=$4 i
    command -v "${peer%% *}" >/dev/null || { printf '%-58s %s is not installed\n' "$label" "${peer%% *}"; return; }
    : >"$work/a"; : >"$work/b"
    for ((i = 0; i < n; i++)); do
        # shellcheck disable=SC2086
        { once $ours >>"$work/a"; once $peer >>"$work/b"; }
    done
    local a b; a=$(median <"$work/a"); b=$(median <"$work/b")
    printf '%-58s %8s ms  ours %7s ms  peer/ours %s\n' "$label" "$b" "$a" "$(awk -v a="$a" -v b="$b" 'BEGIN {printf "%.2f", b/(a?a:1)}')"
}

kinds="chat mixed"; [ ${#captures[@]} -eq 0 ] || kinds="$kinds real"
for kind in $kinds; do
    f=$work/$kind.pcap
    from=(); [ "$kind" != real ] || from=("${captures[@]}")
    target/release/examples/make_capture "$kind" "$frames" "$f" "${from[@]}"
    sync # what is still being written would be measured with the first of them
    echo "== $kind: $frames frames, $(stat -c %s "$f" 2>/dev/null || stat -f %z "$f") bytes, $runs runs"
    compare "tcpdump -r F -w /dev/null : --format table" "$us replay $f --format table" "tcpdump -r $f -w /dev/null" "$runs"
    compare "tcptrace -n -l -r -W F : --format table" "$us replay $f --format table" "tcptrace -n -l -r -W $f" "$runs"
    compare "tcpdump -n -r F : --format lines" "$us replay $f --format lines" "tcpdump -n -r $f" "$runs"
    compare "tshark -q -z conv,tcp : --format table" "$us replay $f --format table" "tshark -r $f -q -z conv,tcp" "$few"
    fields="tshark -r $f -T fields -e frame.number -e tcp.stream -e tcp.seq -e tcp.ack -e tcp.len -e tcp.analysis.flags"
    compare "tshark -T fields (six) : --format json" "$us replay $f --format json" "$fields" "$few"
    compare "tshark -T fields (six) : --format json --only packets" "$us replay $f --format json --only packets" "$fields" "$few"
done
