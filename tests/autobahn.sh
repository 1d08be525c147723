#!/bin/sh
# The Autobahn test suite for WebSocket against /echo, which shares the code of /chat.
# Needs Python 3.10 or newer; installs kosoku (the same cases) from PyPI into a throw-away environment. About 15 seconds.
# Usage: tests/autobahn.sh [PORT]. Exit code 3 if a case failed or was not strict.
set -eu
cd "$(dirname "$0")/.."
port=${1:-17981}
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
cargo build --release --quiet --example fanout
target/release/examples/fanout serve "$((port + 1))" "$port" &
server=$!
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet kosoku
# 12 and 13 are permessage-deflate, which the server does not offer.
"$work/env/bin/kosoku" "127.0.0.1:$port/echo" -o "$work/out" -x '12.*' -x '13.*'
python3 - "$work/out/index.json" <<'PYTHON'
import collections, json, sys
count, bad = collections.Counter(), 0
for cases in json.load(open(sys.argv[1])).values():
    for name, case in cases.items():
        verdict = case["behavior"], case["behaviorClose"]
        count[" / ".join(verdict)] += 1
        if not set(verdict) <= {"OK", "INFORMATIONAL"}:
            bad += 1
            print("case", name, *verdict)
print(dict(count))
sys.exit(3 if bad else 0)
PYTHON
