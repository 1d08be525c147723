# Every sentence about TCP that chatscope says, in English.
# Value: the short form, for live lines. Attribute why: the reason, for --why, comments and the report. Attribute rfc: where it stands.
# Ids are made from the codes of JSON Lines. src/explain/pt-BR.ftl must hold the same ids, attributes and variables; a test compares.
# Variables: side (client|server), frame and other numbers; times come ready with their unit.

## Parts of a connection's life (role)

role-handshake-1 = handshake 1/3
    .why = The client asks to open a connection. SYN carries the client's initial sequence number (ISN); nothing has been received yet, so the ACK flag is not set and the acknowledgment field is 0. SYN itself counts as one number, although it carries no byte.
    .rfc = RFC 9293 section 3.5
role-handshake-2 = handshake 2/3
    .why = The server agrees. SYN carries its own initial sequence number, and ACK confirms the client's SYN: acknowledgment = client's ISN + 1. This segment is sent by the server's kernel; the program has not heard of the connection yet.
    .rfc = RFC 9293 section 3.5
role-handshake-3 = handshake 3/3
    .why = The client confirms the server's SYN: acknowledgment = server's ISN + 1. Now both ends know that the other one hears them, and the connection is ESTABLISHED. It uses no sequence number of its own unless it carries data.
    .rfc = RFC 9293 section 3.5
role-fin-1 = teardown: { $side ->
        [client] client
       *[server] server
    } closes first
    .why = FIN says "I have no more data to send". It closes one direction only; the other side may go on sending. FIN counts as one number, so it is acknowledged like a byte. Who sends the first FIN waits in TIME-WAIT at the end.
    .rfc = RFC 9293 section 3.6
role-fin-1-ack = FIN of the { $side ->
        [client] client
       *[server] server
    } acknowledged
    .why = The kernel confirms that the FIN arrived. The program that received it reads end of file and is now expected to close its own direction: until it does, its end is in CLOSE-WAIT.
    .rfc = RFC 9293 section 3.6
role-fin-2 = { $side ->
        [client] client
       *[server] server
    } closes too
    .why = The other direction is closed as well. When this FIN also acknowledges the first one, the close takes three segments instead of four; both are correct.
    .rfc = RFC 9293 section 3.6
role-fin-2-ack = both directions closed
    .why = The last ACK. Its sender keeps the connection in TIME-WAIT for twice the maximum segment lifetime, so that a lost ACK can be sent again and old segments cannot disturb a new connection between the same ports.
    .rfc = RFC 9293 section 3.6
role-refusal = refused: nobody listens on port { $port }
    .why = The host is up, but no program listens on that port, so its kernel answers the SYN with RST,ACK. The client's connect call fails with "connection refused".
    .rfc = RFC 9293 section 3.10.7.1
role-reset = reset by the { $side ->
        [client] client
       *[server] server
    }
    .why = RST ends the connection at once, without FIN and without TIME-WAIT. Bytes not yet read may be lost; the other program sees "connection reset by peer".
    .rfc = RFC 9293 section 3.5.2

## Wireshark's analysis flags

analysis-retransmission = { $known ->
        [after] retransmission of #{ $frame }, { $after } later
        [frame] retransmission of #{ $frame }
        [since] retransmission, { $after } after #{ $frame }
       *[nothing] retransmission
    }
    .why = The same bytes again: no ACK for them came within the retransmission time-out, so the sender takes them for lost.
    .rfc = RFC 6298 section 5
analysis-fast-retransmission = { $known ->
        [after] fast retransmission of #{ $frame }, { $after } later
        [frame] fast retransmission of #{ $frame }
        [since] fast retransmission, { $after } after #{ $frame }
       *[nothing] fast retransmission
    }
    .why = The receiver repeated its ACK, which tells the sender that something after it arrived and this part did not. The sender does not wait for the time-out.
    .rfc = RFC 5681 section 3.2
analysis-spurious-retransmission = { $known ->
        [after] needless retransmission of #{ $frame }, { $after } later
        [frame] needless retransmission of #{ $frame }
        [since] needless retransmission, { $after } after #{ $frame }
       *[nothing] needless retransmission
    }
    .why = These bytes were already acknowledged. The ACK came too late or was lost on its way to the sender.
    .rfc = RFC 6298 section 5
analysis-out-of-order = out of order
    .why = This segment belongs before one that was seen earlier. It came so soon that it was overtaken on the way rather than sent again.
    .rfc = RFC 9293 section 3.10.7.4
analysis-lost-segment = previous segment not captured
    .why = The sequence number jumps: the segment before this one was not captured. It was lost in the network, or only by the capture; an ACK that covers the gap proves the latter.
    .rfc = RFC 9293 section 3.4
analysis-ack-lost-segment = acknowledges bytes that were not captured
    .why = The receiver has bytes that this capture never saw, so the capture is incomplete: a full capture buffer, a filter, or another path.
    .rfc = RFC 9293 section 3.4
analysis-duplicate-ack = dup ACK { $count } of #{ $frame }
    .why = The same acknowledgment number again, without data: a segment arrived, but not the one that is expected next. The third one makes the sender repeat the missing segment at once.
    .rfc = RFC 5681 section 3.2
analysis-zero-window = zero window: the { $side ->
        [client] client
       *[server] server
    } takes no more bytes
    .why = The receive buffer is full because the program does not read. The peer must stop sending and may only probe.
    .rfc = RFC 9293 section 3.8.6
analysis-zero-window-probe = zero-window probe
    .why = The sender tries whether the window has opened, because the segment that says so may have been lost.
    .rfc = RFC 9293 section 3.8.6.1
analysis-zero-window-probe-ack = the window is still 0
    .why = The answer to a probe: the receiver is alive, and its program still does not read.
    .rfc = RFC 9293 section 3.8.6.1
analysis-keep-alive = keep-alive probe
    .why = A segment one number behind what is expected: it carries nothing new and only makes the peer answer, to find out whether it is still there.
    .rfc = RFC 9293 section 3.8.4
analysis-keep-alive-ack = keep-alive answered
    .why = The peer is still there.
    .rfc = RFC 9293 section 3.8.4
analysis-window-update = window update: { $window ->
        [one] { $window } byte
       *[other] { $window } bytes
    } free
    .why = Nothing new is acknowledged, only the window changed: the program has read, and there is room again.
    .rfc = RFC 9293 section 3.8.6
analysis-window-full = fills the window of the { $side ->
        [client] client
       *[server] server
    }
    .why = With this segment the sender has used up all the room that the receiver announced. It has to wait for an ACK.
    .rfc = RFC 9293 section 3.8.6
analysis-reused-ports = same addresses and ports as an earlier connection
    .why = A new connection between the same two sockets. It is told from the old one by its new initial sequence number.
    .rfc = RFC 9293 section 3.4.1

## Our own notes: where the standard tools mislead on loopback

note-persist-probe = zero-window probe without data (Wireshark: keep-alive)
    .why = Linux probes a zero window with an empty segment one number back. Wireshark cannot tell it from a keep-alive; the window before it, which was 0, can.
    .rfc = RFC 9293 section 3.8.6.1
bogus-header-length = impossible header length { $length }, at least 20: what follows cannot be read
wireshark-retransmission = Wireshark: retransmission
note-self-connect = self-connect: both ends are the same socket
    .why = A client that tries a local port in the range of ephemeral ports may be given that same port as its own. Its SYN then meets itself: a simultaneous open with only one program.
    .rfc = RFC 9293 section 3.5
note-offloaded = longer than the MSS that its receiver offered: cut or joined by the network card or loopback, no fault
    .why = The kernel hands large pieces to the device, which cuts them later (segmentation offload). On loopback they are never cut. The MSS is not exceeded on any wire.
    .rfc = RFC 9293 section 3.7.1
note-simultaneous-open = simultaneous open
    .why = Both ends sent a SYN before seeing the other's. Each answers with SYN,ACK, and one connection results, not two.
    .rfc = RFC 9293 section 3.5

## States (RFC 9293 section 3.3.2)

state-unknown = unknown
    .why = This end has not spoken yet, or the capture began in the middle.
    .rfc = RFC 9293 section 3.3.2
state-closed = no connection
    .why = There is no connection any more, or not yet.
    .rfc = RFC 9293 section 3.3.2
state-listen = waiting for a SYN
    .why = The program has called listen; nobody has called yet.
    .rfc = RFC 9293 section 3.3.2
state-syn-sent = sent SYN, waits for SYN,ACK
    .why = The client has asked to open and waits for the answer.
    .rfc = RFC 9293 section 3.3.2
state-syn-received = sent SYN,ACK, waits for ACK
    .why = Both SYNs are known; the last confirmation is missing. This is a half-open connection.
    .rfc = RFC 9293 section 3.3.2
state-established = open
    .why = Data can flow in both directions.
    .rfc = RFC 9293 section 3.3.2
state-fin-wait-1 = sent FIN, waits for its ACK
    .why = This end has closed its direction; the peer has not confirmed it.
    .rfc = RFC 9293 section 3.3.2
state-fin-wait-2 = its FIN is acknowledged, waits for the peer's FIN
    .why = One direction is closed. The peer may still send.
    .rfc = RFC 9293 section 3.3.2
state-close-wait = received FIN, its program has not closed
    .why = The kernel has confirmed the peer's FIN and waits for its own program to call close. A program that forgets it leaves the connection here.
    .rfc = RFC 9293 section 3.3.2
state-closing = both FINs crossed, waits for the ACK
    .why = Both ends closed at the same moment.
    .rfc = RFC 9293 section 3.3.2
state-last-ack = sent the second FIN, waits for its ACK
    .why = This end closed last; when its FIN is confirmed, the connection is gone.
    .rfc = RFC 9293 section 3.3.2
state-time-wait = waits out old segments
    .why = This end closed first. It stays for twice the maximum segment lifetime (60 s on Linux), so that the last ACK can be repeated.
    .rfc = RFC 9293 section 3.3.2

## Control bits

control-syn = synchronize sequence numbers
    .why = Only the first segment of each direction carries SYN; it announces where counting begins.
    .rfc = RFC 9293 section 3.1
control-fin = no more data from the sender
    .why = Closes the sender's direction.
    .rfc = RFC 9293 section 3.1
control-rst = reset the connection
    .why = Ends the connection at once.
    .rfc = RFC 9293 section 3.1
control-psh = push
    .why = The sender has nothing more to add at the moment: hand the bytes to the program now. Most systems set it on the last segment of each write. It does not mark the end of a message.
    .rfc = RFC 9293 section 3.1
control-ack = the acknowledgment field counts
    .why = Set on every segment but the first SYN (and some RSTs).
    .rfc = RFC 9293 section 3.1
control-urg = the urgent pointer counts
    .why = Rarely used; new programs should not.
    .rfc = RFC 9293 section 3.8.5
control-ece = congestion was experienced
    .why = In a SYN: the sender can do ECN. Later: a router marked a packet instead of dropping it.
    .rfc = RFC 3168 section 6.1
control-cwr = congestion window reduced
    .why = The answer to ECE: the sender slowed down.
    .rfc = RFC 3168 section 6.1
control-ae = accurate ECN
    .why = One of the three bits of accurate ECN feedback, formerly NS.
    .rfc = RFC 9768 section 3.1

## How a handshake came out

handshake-not-seen = the capture begins after the handshake
    .why = Without the SYN the initial numbers, the options and often the roles are unknown; relative numbers begin at the first segment seen.
    .rfc = RFC 9293 section 3.5
handshake-unanswered = neither SYN,ACK nor RST for the SYN, sent { $tries ->
        [one] once
       *[other] { $tries } times
    }
    .why = Nothing of TCP came back: a firewall drops silently or answers by ICMP, the host is down, or the server's accept queue is full. Packets alone do not tell which.
    .rfc = RFC 9293 section 3.8.3
handshake-half-open = SYN answered, the third segment did not come
    .why = The server waits in SYN-RECEIVED and repeats its SYN,ACK. A port scanner does this on purpose.
    .rfc = RFC 9293 section 3.5
handshake-unanswered-at-end = SYN sent { $tries ->
        [one] once
       *[other] { $tries } times
    }, neither SYN,ACK nor RST seen before the capture ends
    .why = The capture ends while the SYN waits: an answer may have come later.
    .rfc = RFC 9293 section 3.5
handshake-half-open-at-end = SYN answered, the third segment was not seen before the capture ends
    .why = The capture ends in the middle of the handshake: the third segment may have come later.
    .rfc = RFC 9293 section 3.5
handshake-complete = { $retries ->
        [0] open in { $duration }
        [one] open in { $duration }, after one more SYN
       *[other] open in { $duration }, after { $retries } more SYNs
    }
    .why = All three segments were seen: both ends have agreed on where each counts from. The time is one round trip plus the time in which both kernels react.
    .rfc = RFC 9293 section 3.5
handshake-refused = refused after { $duration }: nobody listens on port { $port }
    .why = The answer to the SYN is RST,ACK: the host is up, the port is closed.
    .rfc = RFC 9293 section 3.10.7.1
handshake-simultaneous = simultaneous open
    .why = Both ends sent a SYN before they had seen the other's; one connection results.
    .rfc = RFC 9293 section 3.5

## How a connection ended

teardown-complete = close in { $segments } segments, { $duration }
    .why = FIN and its ACK in each direction. Four segments, or three when the second FIN carries the ACK of the first: then the peer closed at once.
    .rfc = RFC 9293 section 3.6
teardown-simultaneous = both closed at once, { $duration }
    .why = Each side sent its FIN before it had seen the other's. Both pass through CLOSING, and both wait in TIME-WAIT.
    .rfc = RFC 9293 section 3.6
teardown-half = only the { $side ->
        [client] client
       *[server] server
    } has closed
    .why = One direction is closed, the other is open: a half-close. It is useful (send all, then read the answer), and it is also what a program leaves behind that forgets to close.
    .rfc = RFC 9293 section 3.6.1
teardown-unconfirmed = both sides sent FIN, an ACK of one is not in the capture
    .why = Both directions are closed, but the segment that confirms a FIN was not captured: it was lost, or it came after the capture's end. Who waits for it sends the FIN again.
    .rfc = RFC 9293 section 3.6
teardown-half-bytes = { $bytes ->
        [one] { $bytes } byte
       *[other] { $bytes } bytes
    } came after the first FIN
    .why = After a half-close the other direction still carries data.
    .rfc = RFC 9293 section 3.6.1
teardown-reset = reset by the { $side ->
        [client] client
       *[server] server
    }: { $cause }
    .why = RST instead of FIN: the connection ends at once.
    .rfc = RFC 9293 section 3.5.2

## Why a RST was sent

cause-closed-port = nobody listens on that port
    .why = A SYN to a port without a listener is answered by RST.
    .rfc = RFC 9293 section 3.10.7.1
cause-unread-data = closed with bytes still unread
    .why = The program closed while received bytes waited in its buffer. So that the sender learns of the loss, the kernel sends RST instead of FIN.
    .rfc = RFC 2525 section 2.17
cause-linger0 = abortive close (SO_LINGER 0)
    .why = The program asked for an abort instead of an orderly close: nothing unread was waiting, and yet RST was sent.
    .rfc = RFC 9293 section 3.10.5
cause-write-after-close = bytes met a socket that was already closed
    .why = The peer had closed completely, and bytes came that nobody can read any more. The kernel can only answer RST. The next write of the sender fails with a broken pipe.
    .rfc = RFC 9293 section 3.6.1
cause-accept-queue = the listener went away before accept
    .why = The connection was open in the kernel and waited in the accept queue when the program ended or closed its listener.
    .rfc = RFC 9293 section 3.10.4
cause-unread-data-or-linger0 = closed without FIN: unread bytes, or SO_LINGER 0
    .why = The program closed its socket while received bytes may have waited unread, or it asked for an abort. Both make the kernel send the same RST; whether the program had read the last bytes, packets cannot show.
    .rfc = RFC 2525 section 2.17
cause-unknown = cause not visible in the frames
    .why = Possible: unread bytes at close, SO_LINGER 0, bytes after close, a killed program, or somebody in between.
    .rfc = RFC 9293 section 3.5.2

## Findings

finding-refused = connection refused
    .why = The SYN was answered by RST,ACK: the host is up, and no program listens on that port. Is the server running, and on this port?
    .rfc = RFC 9293 section 3.10.7.1
finding-unanswered = { $duration ->
        [none] SYN sent { $value } times, no answer
       *[time] SYN sent { $value } times, no answer within { $duration }
    }
    .why = Nothing came back at all, not even a refusal: a firewall, a dead host, or a full accept queue.
    .rfc = RFC 9293 section 3.8.3
finding-icmp-error = { $side ->
        [client] ICMP error of { $from } about a segment of the client: { $cause }
       *[server] ICMP error of { $from } about a segment of the server: { $cause }
    }
    .why = A router, a firewall or the host itself sent an ICMP error that quotes the segment. A SYN that gets one instead of SYN,ACK or RST fails at once, often with "No route to host" or "Connection refused" in the program.
    .rfc = RFC 792, RFC 4443, RFC 5461
finding-accept-queue-full = the server does not accept: connections wait in its queue
    .why = This port answered others before, so a program listens. Its queue of finished handshakes is full because it does not call accept fast enough, or not at all.
    .rfc = RFC 9293 section 3.9.1
finding-no-banner = { $duration ->
        [none] connected, but no greeting came
       *[time] connected, but no greeting came within { $duration }
    }
    .why = Handshake complete means only that the kernel answered. This server normally speaks first; this time the program stayed silent: it has not accepted, or it hangs.
    .rfc = RFC 9293 section 3.5
finding-stalled-app = the kernel acknowledged { $value ->
        [one] { $value } byte
       *[other] { $value } bytes
    }, the program says nothing
    .why = ACK comes from the kernel, not from the program. The bytes wait in a buffer: the program does not read, or it does not answer. The network has done its part.
    .rfc = RFC 9293 section 3.8.6
finding-silent-app = the kernel acknowledged { $value ->
        [one] { $value } byte
       *[other] { $value } bytes
    }, the program has not said a word to anybody so far
    .why = ACK comes from the kernel, not from the program: the network has done its part. Of this server no byte was captured yet. It may have nothing to say, or hang before its first answer: in accept, in recv, in a lock, or waiting for a line end.
    .rfc = RFC 9293 section 3.8.6
finding-peer-never-closed = the { $side ->
        [client] client
       *[server] server
    } { $duration ->
        [none] has not closed
       *[time] did not close within { $duration } of the other side's FIN
    }: CLOSE-WAIT
    .why = A FIN arrived and was acknowledged by the kernel, but no FIN came back. The program did not notice the end of file, or forgot to close the socket: a leak.
    .rfc = RFC 9293 section 3.6
finding-half-closed = half-closed: the { $side ->
        [client] client
       *[server] server
    } has closed, the other direction is in use
    .why = One side said that it has no more to send and still receives. This is allowed.
    .rfc = RFC 9293 section 3.6.1
finding-zero-window = { $duration ->
        [none] zero window of the { $side ->
            [client] client
           *[server] server
        }
       *[time] zero window of the { $side ->
            [client] client
           *[server] server
        } for { $duration }
    }
    .why = Its program did not read, its buffer ran full, and the peer had to stop. TCP did what it should; the program is slow.
    .rfc = RFC 9293 section 3.8.6
finding-reset = reset by the { $side ->
        [client] client
       *[server] server
    }: { $cause }
    .why = RST ends a connection without the orderly exchange of FINs. The other program sees an error instead of an end of file.
    .rfc = RFC 9293 section 3.5.2
finding-retransmission = sent again
    .why = A segment was repeated because its ACK did not come in time.
    .rfc = RFC 6298 section 5
finding-capture-loss = the capture lost frames: nothing can be said about what is missing
    .why = The capture buffer was full, or a gap in the numbers was acknowledged all the same. The network is not to blame. A larger buffer (-B) helps.
    .rfc = RFC 9293 section 3.4
finding-ports-reused = the addresses and ports of an earlier connection are used again
    .why = The system chose the same client port again. Allowed once the old connection is over; TIME-WAIT and the new initial number keep the two apart.
    .rfc = RFC 9293 section 3.4.1
finding-self-connect = self-connect: the client reached itself
    .why = The local port that the system chose was the very port to be reached, and nobody listened on it. The program talks to itself.
    .rfc = RFC 9293 section 3.5
finding-simultaneous-open = both ends opened at once
    .why = Both SYNs crossed; one connection results.
    .rfc = RFC 9293 section 3.5
finding-simultaneous-close = both ends closed at once
    .why = Both FINs crossed; both ends pass through CLOSING.
    .rfc = RFC 9293 section 3.6
finding-ws-cut = TCP ended without a WebSocket Close frame: the browser reports 1006
    .why = A WebSocket is closed by a Close frame in each direction, and only then TCP. Code 1006 is never sent: the application's library makes it up when the Close is missing.
    .rfc = RFC 6455 section 7.1.5
finding-messages-joined = { $value } messages in one segment
    .why = TCP carries a stream of bytes and knows no messages. Lines written shortly after one another may travel together; the receiver has to cut them at the line ends.
    .rfc = RFC 9293 section 3.7.4
finding-message-split = one message in { $value } segments
    .why = TCP carries a stream of bytes and knows no messages. One write may be cut, one read may return half a line: the receiver has to collect until the line end.
    .rfc = RFC 9293 section 3.7
finding-not-delivered = { $duration ->
        [none] a line that others got did not come here
       *[time] a line that others got did not come here within { $duration }
    }
    .why = The line reached the program, which sent it to others and not to this client: its list of clients lacks this one, sending to it failed, or the thread that would send it hangs. TCP lost nothing: the program never wrote the line to this connection.
    .rfc = RFC 9293 section 3.9.1
finding-idle = nothing said { $duration ->
        [none] for long
       *[time] for { $duration }
    }
    .why = An idle connection sends nothing at all; silence does not show whether the peer is still alive. Keep-alive or a ping of the application would.
    .rfc = RFC 9293 section 3.8.4

## What ICMP errors say

icmp-network-unreachable = network unreachable
icmp-host-unreachable = host unreachable
icmp-protocol-unreachable = protocol unreachable
icmp-port-unreachable = port unreachable
icmp-prohibited = forbidden by a firewall
icmp-too-big = too big for the next link
icmp-time-exceeded = lost on the way (too many routers)
icmp-redirect = there is a shorter way
icmp-source-quench = too many packets
icmp-parameter-problem = a header field is wrong

## Verdicts

verdict-refused = nobody listens on that port
    .why = The SYN was answered by RST,ACK.
    .rfc = RFC 9293 section 3.10.7.1
verdict-unreachable = an ICMP error answered the SYN
    .why = A router, a firewall or the host itself said why the SYN went no further. No program saw it.
    .rfc = RFC 792, RFC 1122 section 4.2.3.9
verdict-filtered = no answer of any kind
    .why = Nothing came back to its SYNs, and there is no sign of a listener. A firewall drops them, or the host is not there.
    .rfc = RFC 9293 section 3.8.3
verdict-accept-queue-full = a listener that does not accept
    .why = SYNs or final ACKs stay unanswered on a port that is known to listen.
    .rfc = RFC 9293 section 3.9.1
verdict-opened = the handshake completed
    .why = Nothing more is claimed: the kernel completes handshakes before the program accepts.
    .rfc = RFC 9293 section 3.5
verdict-opened-no-banner = open, but the usual greeting did not come
    .why = The kernel opened the connection; the program did not speak in time.
    .rfc = RFC 9293 section 3.5
verdict-served = the program itself sent data
    .why = Only bytes from the server prove that its program, and not only its kernel, took part.
    .rfc = RFC 9293 section 3.8
verdict-stalled-app = the kernel acknowledges, the program is silent
    .why = The client's bytes were acknowledged and nothing came that they call for.
    .rfc = RFC 9293 section 3.8.6
verdict-closed-by-client = orderly close, the client first
    .why = The client's FIN was first, and both FINs were acknowledged.
    .rfc = RFC 9293 section 3.6
verdict-closed-by-server = orderly close, the server first
    .why = The server's FIN was first, and both FINs were acknowledged. TIME-WAIT then stays with the server.
    .rfc = RFC 9293 section 3.6
verdict-closed-both = both closed at once
    .why = Both sides sent FIN before they had seen the other's.
    .rfc = RFC 9293 section 3.6
verdict-half-closed = one direction closed
    .why = One FIN was acknowledged; the other side may still send.
    .rfc = RFC 9293 section 3.6.1
verdict-peer-never-closed = one side never closed
    .why = A FIN was acknowledged and none came back in time: the peer's program sits in CLOSE-WAIT.
    .rfc = RFC 9293 section 3.6
verdict-reset-by-client = aborted by the client
    .why = The client ended it with RST.
    .rfc = RFC 9293 section 3.5.2
verdict-reset-by-server = aborted by the server
    .why = The server ended it with RST.
    .rfc = RFC 9293 section 3.5.2
verdict-zero-window = a side took no more bytes
    .why = A side announced window 0: its program did not read.
    .rfc = RFC 9293 section 3.8.6
verdict-idle = open and silent
    .why = No data in either direction for long.
    .rfc = RFC 9293 section 3.8.4
verdict-lost-capture = frames missing from the capture
    .why = The capture itself lost them; the network is not judged.
    .rfc = RFC 9293 section 3.4
verdict-partial-start = the capture begins in the middle
    .why = The SYN was not captured: the roles are inferred.
    .rfc = RFC 9293 section 3.5
verdict-partial-end = not over where the capture ends
    .why = No RST was captured, nor a FIN of each side with its ACK.
    .rfc = RFC 9293 section 3.6
verdict-ws-close = closed by WebSocket
    .why = A WebSocket Close frame was seen before TCP ended.
    .rfc = RFC 6455 section 7.1
verdict-ws-cut-1006 = cut without a WebSocket Close
    .why = TCP ended without a Close frame; applications report 1006.
    .rfc = RFC 6455 section 7.1.5

## Zeek's words

zeek-s0 = attempt without answer
zeek-s1 = open, not closed
zeek-sf = normal open and close
zeek-rej = attempt refused
zeek-s2 = originator closed, responder did not answer
zeek-s3 = responder closed, originator did not answer
zeek-rsto = aborted by the originator
zeek-rstr = aborted by the responder
zeek-rstos0 = SYN, then RST by the originator
zeek-rstrh = SYN,ACK, then RST by the responder, SYN not seen
zeek-sh = SYN, then FIN, no SYN,ACK
zeek-shr = SYN,ACK, then FIN by the responder, SYN not seen
zeek-oth = in the middle, or odd

## Messages and their deliveries

message-line = line { $number }
message-unfinished = text without a line end
message-http-request = HTTP request
message-http-response = HTTP response
message-ws-text = WebSocket text { $number }
message-ws-binary = WebSocket binary message
message-ws-close = WebSocket Close { $code }
message-ws-ping = WebSocket ping
message-ws-pong = WebSocket pong
message-binary = binary data
message-more = and { $more ->
        [one] one more
       *[other] { $more } more
    }
carried-by-one = frame { $first }
carried-by-many = frames { $first } to { $last } ({ $count } segments)
acked = ACKed by frame { $frame } after { $after }
ack-to-come = ACK still to come
delivery = { $what } delivered to { $done } of { $expected }{ $all ->
        [yes] { "" }
       *[no] { " " }so far
    }
delivery-last-ack = last ACK frame { $frame } after { $after }
delivery-waiting = { $waiting ->
        [one] one ACK still to come
       *[other] { $waiting } ACKs still to come
    }
delayed-ack = delayed ACK
    .why = The receiver waits a little (40 ms on Linux) with the ACK, hoping to send it along with data. At most half a second is allowed.
    .rfc = RFC 9293 section 3.8.6.3

## What the program did

session-connected = connected
session-disconnected = disconnected
session-renamed = is now called { $name }
session-resumed = came back as { $name }
session-resumed-missed = came back as { $name }, { $missed ->
        [one] one missed line follows
       *[other] { $missed } missed lines follow
    }
session-read = the program read { $bytes ->
        [one] one byte
       *[other] { $bytes } bytes
    }
session-said = the program took line { $line }
session-answered = the program took a command
session-wrote = the program wrote { $bytes ->
        [one] one byte
       *[other] { $bytes } bytes
    }
session-lagging = reads too slowly: { $missed ->
        [one] one line
       *[other] { $missed } lines
    } left the log unread
session-shutdown = the program closed its direction
session-on-stream = session { $session } on stream { $stream }
session-without-packets = session { $session }, none of its packets captured
session-after-handshake = { $after } after the ACK

## Why a session ended

reason-client-closed = the client closed
reason-quit = /quit
reason-client-reset = reset by the client
reason-idle = silent for too long
reason-over-bound = over a limit
reason-protocol-error = broke the protocol
reason-taken-over = resumed by another connection
reason-peer-vanished = the peer stopped answering
reason-shutdown = the server is shutting down
reason-error = socket error

## The frame of the story

capture-live = capturing on { $source }
capture-file = reading { $source }
capture-filter = filter { $filter }
inferred = likely
end-frames = { $frames ->
        [one] one frame
       *[other] { $frames } frames
    }, { $tcp } with TCP
end-skipped = { $count ->
        [one] one frame of a link type that is not understood
       *[other] { $count } frames of a link type that is not understood
    }
end-cut = { $count ->
        [one] one frame cut short by the snap length (-s)
       *[other] { $count } frames cut short by the snap length (-s)
    }
end-kernel-dropped = { $count } lost in the kernel (a larger buffer helps: -B)
end-interface-dropped = { $count } lost by the interface
end-queue-dropped = { $count } lost in our own queue
end-folded = { $count ->
        [one] one line folded away because the display was slow
       *[other] { $count } lines folded away because the display was slow
    }
end-forgotten = { $count ->
        [one] one closed stream forgotten to bound memory
       *[other] { $count } closed streams forgotten to bound memory
    }
end-fragments = { $count ->
        [one] one fragmented IP datagram given up to bound memory
       *[other] { $count } fragmented IP datagrams given up to bound memory
    }
end-sessions-dropped = { $count ->
        [one] one session event lost
       *[other] { $count } session events lost
    }
end-truncated = the file ends in the middle of a record
see = see
why = why

## Table

column-stream = stream
column-client = client
column-server = server
column-name = name
column-start = start
column-duration = duration
column-frames = frames
column-bytes = bytes
column-messages = lines
column-rtt = rtt
column-state = zeek
column-verdict = verdict
totals = { $streams ->
        [one] one stream
       *[other] { $streams } streams
    }

## Graphs

graph-sequence = Time-sequence: { $from } to { $to }
graph-rtt-title = Round-trip times: { $from } to { $to }
graph-initial-rtt = at the handshake { $rtt }
graph-empty = no segment of this stream
graph-data = data
graph-again = sent again
graph-acks = acknowledged
graph-window = end of window
graph-window-above = end of window: far above
graph-left-out = { $count ->
        [one] one number too far off is not drawn
       *[other] { $count } numbers too far off are not drawn
    }
graph-no-rtt = no round-trip time to measure: nothing that this side sent was acknowledged
graph-sack = SACK
graph-rtt = RTT
graph-sequence-axis = relative sequence number
graph-rtt-axis = round-trip time
graph-time-axis = time since the first segment

## Ladder

ladder-program = program
ladder-acks = { $count } ACKs folded, #{ $first } to #{ $last }
ladder-empty = no segment to draw
ladder-lanes-left-out = { $count ->
        [one] one more socket has no room in { $width } columns
       *[other] { $count } more sockets have no room in { $width } columns
    }
ladder-gap = { $hidden ->
        [0] { $duration } of silence
        [one] { $duration } and one segment that is not drawn
       *[other] { $duration } and { $hidden } segments that are not drawn
    }
ladder-left-out = { $count ->
        [one] one more segment is not drawn
       *[other] { $count } more segments are not drawn
    }

## Header boxes

frame-part = segment { $number } of { $count } in this frame
frame-ip = IPv{ $version } header, bytes { $from } to { $to } of the frame
frame-tcp = TCP header, bytes { $from } to { $to } of the frame
frame-options = options
frame-bits-set = control bits set
frame-payload = payload: { $bytes ->
        [0] none
        [one] one byte
       *[other] { $bytes } bytes
    }
frame-wireshark = in Wireshark
frame-cut = the capture holds only the first { $bytes } bytes of this frame

## Comments on frames

comment-stream = stream { $stream }
comment-data = { $bytes ->
        [one] one byte
       *[other] { $bytes } bytes
    } from the { $side ->
        [client] client
       *[server] server
    }
comment-ack = ACK: everything up to { $ack } has arrived
comment-acks-frame = ACK: confirms frame { $frame } after { $after }
comment-late = by now, about stream { $stream }, frame { $frame }: { $finding }
comment-isn = its initial sequence number is { $isn }
comment-quoted = quoted in an ICMP error, or cut: not analysed
