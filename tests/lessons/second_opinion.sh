#!/usr/bin/env bash
# tshark's columns beside each lesson capture: the second opinion that tests/golden.rs compares with.
# Flags and numbers are tshark's one-pass answers, completeness is the two-pass (final) value. Needs tshark 4.0.x.
set -euo pipefail
cd "$(dirname "$0")/../../captures"
tshark --version 2>/dev/null | head -1 | grep -q ' 4\.0\.' || { echo "tshark 4.0.x is needed: these tables are its answers" >&2; exit 1; }
conf=$(mktemp -d); trap 'rm -rf "$conf"' EXIT
export WIRESHARK_CONFIG_DIR=$conf LC_ALL=C.UTF-8 TZ=UTC
analysis="retransmission fast_retransmission spurious_retransmission out_of_order lost_segment ack_lost_segment duplicate_ack
    zero_window zero_window_probe zero_window_probe_ack keep_alive keep_alive_ack window_update window_full reused_ports"
fields="frame.number tcp.stream tcp.srcport tcp.seq tcp.ack tcp.len tcp.window_size tcp.flags"
for capture in *.pcapng; do
    out=${capture%.pcapng}.tshark.tsv
    args=(); for field in $fields; do args+=(-e "$field"); done
    for flag in $analysis; do args+=(-e "tcp.analysis.$flag"); done
    { printf '%s\t' $fields $analysis; printf 'completeness\n'; } >"$out"
    paste <(tshark -n -r "$capture" -Y tcp -T fields "${args[@]}" 2>/dev/null) \
          <(tshark -2 -n -r "$capture" -Y tcp -T fields -e tcp.completeness 2>/dev/null) >>"$out"
    echo "$out: $(($(wc -l <"$out") - 1)) frames"
done
