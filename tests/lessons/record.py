#!/usr/bin/env python3
"""Records the lesson captures of captures/ from our own server on loopback.

    python3 tests/lessons/record.py [--only NAME] [--bin target/release/chatscope]

Each lesson starts `chatscope serve -w FILE`, plays its clients, and stops the server. Needs permission to capture.
After recording: `UPDATE_GOLDEN=1 cargo test --test golden` rewrites the expected JSON, and
`bash tests/lessons/second_opinion.sh` rewrites tshark's columns beside it. Read the differences before committing.
"""
import argparse, base64, os, pathlib, re, signal, socket, struct, subprocess, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
V4, V6 = ('127.0.0.1', 7000), ('::1', 7000)


def connect(address=V4):
    s = socket.create_connection(address, timeout=5)
    hear(s, b'\n')
    return s


def hear(s, what):
    got = b''
    while what not in got:
        more = s.recv(4096)
        if not more:
            break
        got += more
    time.sleep(0.06)            # past the delayed ACK, so that each capture shows it
    return got


def say(s, text):
    s.sendall(text.encode() + b'\n')


def named(name, address=V4):
    s = connect(address)
    say(s, '/nick ' + name)
    hear(s, name.encode())
    return s


def leave(s):
    s.shutdown(socket.SHUT_WR)
    while s.recv(4096):
        pass
    s.close()


def two_sessions():
    """two people in a room: every line comes back to both; each leaves in order"""
    left, right = named('ana'), named('bruno')
    say(left, 'teste'); hear(left, b'teste'); hear(right, b'teste')
    leave(left)
    time.sleep(0.1)
    say(right, 'teste 2'); hear(right, b'teste 2')
    leave(right)


def reconnect():
    """a client is cut off, comes back with its token, and gets exactly what it missed"""
    a = socket.create_connection(V4, timeout=5)
    token = re.search(rb'/resume ([0-9a-f]{32})', hear(a, b'/help')).group(1).decode()
    say(a, '/nick ana'); hear(a, b'ana')
    b = named('bruno')
    hear(a, b'bruno')
    a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    a.close()
    time.sleep(0.1)
    say(b, 'alguem me ouve?'); hear(b, b'ouve')
    again = socket.create_connection(V4, timeout=5)
    hear(again, b'/help')
    say(again, '/resume ' + token); hear(again, b'alguem me ouve?')
    say(again, 'ouvi, voltei'); hear(again, b'voltei'); hear(b, b'voltei')
    leave(again)
    leave(b)


def refused():
    """nobody listens on the port: SYN, RST,ACK"""
    a = named('ana')
    try:
        socket.create_connection(('127.0.0.1', 7001), timeout=2)
    except ConnectionRefusedError:
        pass
    leave(a)


def abrupt_reset():
    """SO_LINGER 0: the client ends with RST instead of FIN"""
    a, b = named('ana'), named('bruno')
    say(a, 'tchau'); hear(a, b'tchau'); hear(b, b'tchau')
    a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    a.close()
    time.sleep(0.1)
    say(b, 'quem caiu?'); hear(b, b'caiu?')
    leave(b)


def half_close():
    """the client says its last line and closes its direction; the answer still comes"""
    a = named('ana')
    a.sendall(b'ultima linha\n')
    a.shutdown(socket.SHUT_WR)
    while a.recv(4096):
        pass
    a.close()


def ipv6():
    """the same over ::1"""
    a = named('ana', V6)
    say(a, 'olá pelo IPv6'); hear(a, b'IPv6')
    leave(a)


def four_segments():
    """the server closes first (/quit) and the client takes its time: four segments, half-closed in between"""
    a = named('ana')
    say(a, '/quit')
    while a.recv(4096):
        pass
    time.sleep(0.3)
    a.close()


def websocket():
    """a browser-like session: upgrade, two texts, Close 1000"""
    b = named('bruno')
    s = socket.create_connection(('127.0.0.1', 7080), timeout=5)
    key = base64.b64encode(bytes(range(16))).decode()
    s.sendall(('GET /chat HTTP/1.1\r\nHost: 127.0.0.1:7080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
               f'Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n').encode())
    hear(s, b'\r\n\r\n')
    frame(s, 1, b'/nick web'); hear(s, b'web')
    frame(s, 1, 'olá do navegador'.encode()); hear(b, b'navegador')
    say(b, 'oi, web'); hear(s, b'oi, web')
    frame(s, 8, struct.pack('!H', 1000) + b'tchau')
    while s.recv(4096):
        pass
    s.close()
    leave(b)


def frame(s, opcode, payload):
    mask = bytes([1, 2, 3, 4])
    s.sendall(bytes([0x80 | opcode, 0x80 | len(payload)]) + mask + bytes(c ^ mask[i % 4] for i, c in enumerate(payload)))


LESSONS = {'chat-two-sessions': two_sessions, 'reconnect': reconnect, 'refused': refused, 'abrupt-reset': abrupt_reset,
           'half-close': half_close, 'websocket': websocket, 'ipv6': ipv6, 'four-segment-close': four_segments}


def record(name, play, binary):
    out = ROOT / 'captures' / f'{name}.pcapng'
    server = subprocess.Popen([binary, 'serve', '-q', '--require-capture', '-f', 'tcp portrange 7000-7001 or tcp port 7080', '-w', out],
                              stdout=subprocess.DEVNULL)
    try:
        for _ in range(50):                     # the server listens before it captures: wait for both
            time.sleep(0.1)
            if out.exists() and out.stat().st_size:
                break
        time.sleep(0.5)
        play()
        time.sleep(0.3)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(10)
    print(f'{out.relative_to(ROOT)}: {play.__doc__} ({out.stat().st_size} bytes)')


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--only'); ap.add_argument('--bin', default=str(ROOT / 'target/release/chatscope'))
    a = ap.parse_args()
    for name, play in LESSONS.items():
        if a.only in (None, name):
            record(name, play, os.path.abspath(a.bin))


if __name__ == '__main__':
    main()
