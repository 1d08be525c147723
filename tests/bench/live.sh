#!/usr/bin/env bash
# Live capture under load: 100 receivers, one line at a time at RATE lines a second (so RATE x 100 delivered lines, one line a
# segment). Compares our capture beside the chat with the chat alone and with `tcpdump -w` capturing the same beside it.
# Usage: bash tests/bench/live.sh [SECONDS] [RATE]   Needs permission to capture, tcpdump, and two idle cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-5} rate=${2:-1000}
[ -n "${SKIP_BUILD:-}" ] || cargo build -q --release --locked --examples --bins
us=$PWD/target/release/chatscope fanout=$PWD/target/release/examples/fanout
work=$(mktemp -d)
# Also when a step fails: what is still running ends.
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

load() { timeout $((seconds + 30)) "$fanout" load line "127.0.0.1:17200" "$1" 100 "rate:$rate" "$seconds"; }
measure() { local got; got=$(load "$pid"); printf '%-25s %s\n' "$1" "$got"; }
ended() { kill -INT "$1"; wait "$1" 2>/dev/null || true; }

serve() { "$us" serve --listen 127.0.0.1:17200 --web 127.0.0.1:17201 --rate 0 "$@" >"$work/story" 2>"$work/said" & pid=$!; sleep 1; }

echo "# $(nproc) cores, $seconds s, $rate lines/s to 100 receivers"
serve --no-capture
measure "chat alone:"; ended "$pid"

serve --no-capture
tcpdump -i lo -B 65536 -w "$work/tcpdump.pcap" 'tcp port 17200' 2>"$work/tcpdump.said" & dump=$!; sleep 1
measure "chat beside tcpdump -w:"; ended "$pid"; ended "$dump"
echo "                          $(grep -E 'captured|dropped' "$work/tcpdump.said" | tr '\n' ' ')"

serve -w "$work/ours.pcapng"
measure "serve -w, whole story:"; ended "$pid"
echo "                          $(grep captured "$work/said"), $(wc -l <"$work/story") lines of story"

serve -q -w "$work/ours.pcapng"
measure "serve -q -w:"; ended "$pid"
echo "                          $(grep captured "$work/said")"

serve -q -w "$work/ours.pcapng" --annotate
measure "serve -q -w --annotate:"; ended "$pid"
echo "                          $(grep -E 'captured|without their' "$work/said" | tr '\n' ' ')"
