#!/usr/bin/env python3
"""From capture time stamp to printed line, live: python3 tests/bench/latency.py [SECONDS]

Runs `chatscope serve --format json`, makes about 1,000 frames a second (one chatter, two listeners), and compares each
packet's time stamp with the moment at which its line came out of the pipe."""
import json, pathlib, signal, socket, subprocess, sys, threading, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8
serve = subprocess.Popen([ROOT / 'target/release/chatscope', 'serve', '--require-capture', '--format', 'json', '--rate', '0',
                          '--listen', '127.0.0.1:17300', '--web', '127.0.0.1:17301'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
late = []


def read():
    for line in serve.stdout:
        now = time.time()
        if line.startswith(b'{"event":"packet"'):
            late.append(now - json.loads(line)['ts'])


reader = threading.Thread(target=read)
reader.start()
time.sleep(1)
people = [socket.create_connection(('127.0.0.1', 17300)) for _ in range(3)]
for person in people:
    threading.Thread(target=lambda s=person: [None for _ in iter(lambda: s.recv(65536), b'')], daemon=True).start()
end = time.time() + seconds
while time.time() < end:
    people[0].sendall(b'a line as people type it\n')
    time.sleep(0.007)
time.sleep(0.5)
serve.send_signal(signal.SIGINT)
reader.join()
serve.wait()
late.sort()
at = lambda q: late[int(q * (len(late) - 1))] * 1000
print(f'{len(late)} frames, {len(late) / seconds:.0f} a second; stamp to line: p50 {at(.5):.1f} ms, p99 {at(.99):.1f} ms, max {at(1):.1f} ms')
