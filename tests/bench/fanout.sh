#!/bin/bash
# Chat fan-out side by side: ours (line text and WebSocket, everything on), a bare coalescing writer (floor), redis,
# nats-server, ngircd, and for the latencies 1,000 sends with nothing around them. Server on one core, load on another;
# every line of the output is one run, interleaved, so that ratios within a repetition mean something where absolute
# figures drift.
# Usage: tests/bench/fanout.sh [REPETITIONS [SECONDS]]. Needs two idle cores; about 4 minutes with 3 repetitions of 3 s.
set -u
cd "$(dirname "$0")/../.."
repetitions=${1:-3} seconds=${2:-3}
[ -n "${FANOUT:-}" ] || cargo build --release --quiet --example fanout || exit 1
fanout=${FANOUT:-$PWD/target/release/examples/fanout}
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$work"' EXIT
ulimit -n "$(ulimit -Hn)"

declare -A pid address
start() { # NAME ADDRESS COMMAND...
    local name=$1 at=$2
    shift 2
    if ! command -v "$1" >/dev/null; then echo "# $name: $1 is not installed, skipped"; return; fi
    taskset -c 0 "$@" >"$work/$name.log" 2>&1 &
    pid[$name]=$! address[$name]=$at
    pids+=($!)
}
start floor 127.0.0.1:17101 "$fanout" floor 17101
start line 127.0.0.1:17102 "$fanout" serve 17102 17103
[ -n "${pid[line]:-}" ] && pid[ws]=${pid[line]} address[ws]=127.0.0.1:17103
start redis 127.0.0.1:17104 redis-server --port 17104 --save '' --appendonly no --client-output-buffer-limit 'pubsub 0 0 0'
start nats 127.0.0.1:17105 nats-server -a 127.0.0.1 -p 17105
cat >"$work/ngircd.conf" <<CONF
[Global]
Name = bench.test
Info = bench
Listen = 127.0.0.1
Ports = 17106
ServerUID = $(id -un)
ServerGID = $(id -gn)
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
Ident = no
DNS = no
PAM = no
CONF
start irc 127.0.0.1:17106 ngircd -n -f "$work/ngircd.conf"
sleep 1

measure() { # NAME RECEIVERS MODE
    [ -n "${pid[$1]:-}" ] || return
    local kind=$1
    [ "$kind" = floor ] && kind=line
    timeout $((seconds + 60)) taskset -c 1 "$fanout" load "$kind" "${address[$1]}" "${pid[$1]}" "$2" "$3" "$seconds" 2>>"$work/$1.err" |
        sed "s/^[a-z]*/$1/" || echo "$1 $3 $2: failed"
}
names=(floor line ws redis nats irc)
echo "# $(date -u +%FT%TZ), $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg), $(uname -r)"
for ((r = 1; r <= repetitions; r++)); do
    for case in "100 flight:64" "1000 flight:64" "100 flight:1" "1000 rate:100"; do
        read -r receivers mode <<<"$case"
        for name in "${names[@]}"; do measure "$name" "$receivers" "$mode"; done
    done
    taskset -c 0 "$fanout" sends 1000 100 "$seconds"
done
echo "# memory per idle connection, a fresh server each"
for name in line ws; do
    port=17112
    [ "$name" = ws ] && port=17122
    # The other listener gets the next port.
    if [ "$name" = ws ]; then set -- $((port + 1)) "$port"; else set -- "$port" $((port + 1)); fi
    taskset -c 0 "$fanout" serve "$1" "$2" >/dev/null 2>&1 &
    fresh=$!
    sleep 0.5
    taskset -c 1 "$fanout" load "$name" "127.0.0.1:$port" "$fresh" "${IDLE:-10000}" idle 0
    kill "$fresh"
done
cat "$work"/*.err 2>/dev/null | sort | uniq -c | head -5
