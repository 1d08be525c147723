# The words of the report, in English: titles, labels, sentences around figures, explanations (value: title, why: text, rfc: where it stands).
# src/explain/report.pt-BR.ftl must hold the same ids, attributes and variables; a test compares.

report-title = TCP report: { $source }
report-subtitle = { $frames ->
        [one] one frame
       *[other] { $frames } frames
    }, { $streams ->
        [one] one TCP connection
       *[other] { $streams } TCP connections
    }, { $lines ->
        [one] one message
       *[other] { $lines } messages
    }. Every value names its frames (#) and the Wireshark display filter that shows it.

## Sections

report-s1 = The capture
report-s2 = Connections
report-s3 = Handshake
report-s4 = TCP options
report-s5 = Lines of the chat
report-s6 = Sequence and acknowledgment numbers
report-s7 = Teardown
report-s8 = Timing
report-s9 = Flags
report-s10 = Windows
report-s11 = Findings
report-s12 = Message sequence diagram
report-s13 = States
report-s14 = Explanations

## Small words

report-yes = yes
report-no = no
report-why = Why
report-none = none
report-all-streams = all
report-all-ports = all
report-unknown = not known
report-inferred = likely
report-certain = certain
report-side = { $side ->
        [client] client
       *[server] server
    }
report-direction = { $side ->
        [client] client → server
       *[server] server → client
    }
report-spread = smallest { $min }, median { $median }, largest { $max } ({ $count ->
        [one] one value
       *[other] { $count } values
    })
report-stream-heading = Stream { $stream }: client { $client }{ $name } → server { $server }
report-stream-list = { $count } (stream { $list })
report-no-connections = No TCP connection in this capture (or in this selection).

## S1

report-source = Source
report-link-type = Link type
report-filter = Capture filter
report-snaplen = Snap length
report-snaplen-bytes = { $bytes } bytes
report-frames = Frames
report-frames-read = { $frames } in the capture; TCP among those that pass the read filter: { $tcp }
report-read-filter = Read filter
report-frames-value = { $frames } in the capture, { $tcp } of them TCP
report-first = First frame
report-last = Last frame
report-span = Time range
report-drops = Lost by the capture
report-drops-unknown = not recorded in the file
report-drops-value = { $kernel } by the kernel, { $interface } by the interface, { $queue } by the capturing program
report-only-port = Only one service port
report-only-port-value = { $only ->
        [yes] yes, { $port }
       *[no] no; server ports: { $ports }; frames that are not TCP: { $other }
    }
report-complete = Complete from SYN to close
report-complete-value = { $all ->
        [yes] yes: { $complete } of { $total }
       *[no] no: { $complete } of { $total }; still open at the end: { $open }; begun before the capture: { $before }; never opened: { $never }
    }
report-cut = File cut in the middle of a record
report-skipped = Skipped
report-cut-short = Cut short
report-fragments = Fragments given up
report-selection = This report is about streams: { $streams }; ports: { $ports }. The facts about the file itself are about all of it.
report-read-filtered = Only frames that pass the read filter were analysed, and connections are numbered among them. Wireshark, with the whole file, may number them otherwise: filters here name a connection by its two sockets. Counts over all connections have none.
report-until-first-data = The lines, the walk and the states end with the first data segment of each connection.

## S2

report-how-many = Number of connections
report-how-many-value = { $syn ->
        [yes] { $streams }. Each SYN without ACK that is not a repetition opens one; Wireshark numbers them in tcp.stream.
       *[no] { $streams }. For some the SYN is not in the capture; Wireshark numbers them in tcp.stream in the order of their first frames.
    }
report-client-ports = Client ports, in order
report-verdicts = Verdicts
report-col-role = client because
report-col-client-port = client port
report-col-server-port = server port
report-col-frames-each = frames c / s
report-col-bytes-each = payload bytes c / s
report-col-opening = opening
report-col-ending = end
report-col-meaning = meaning
report-role = { $by ->
        [syn] sent the first SYN (#{ $frame })
        [syn_ack] received the SYN,ACK (#{ $frame }); the SYN itself was not captured
        [listening_port] the other port, { $port }, is the one that listens; no SYN was captured (inferred)
        [well_known_port] the other port, { $port }, is a well-known one, as servers have; no SYN was captured (inferred)
       *[first_frame] sent the first captured frame (#{ $frame }); no SYN was captured (inferred)
    }
report-port = { $side ->
        [client] { $port }: ephemeral, chosen by the client's system ({ $class })
        [bound] { $port }: asked for by the client's program ({ $class })
       *[server] { $port }: { $class }
    }
report-port-class = { $class ->
        [well_known] well-known range, 0-1023
        [registered] registered range, 1024-49151
       *[dynamic] dynamic/private range, 49152-65535
    }
report-opening = { $opening ->
        [complete] three-way handshake
        [refused] refused
        [unanswered] no answer to SYN
        [half_open] third segment missing
        [simultaneous] both ends sent SYN
       *[not_seen] before the capture
    }
report-ending = { $how ->
        [fin] FIN first from the { $side ->
            [client] client
           *[server] server
        }
        [fin_unconfirmed] both sent FIN, the { $side ->
            [client] client
           *[server] server
        } first; an ACK of a FIN is not in the capture
        [rst] RST from the { $side ->
            [client] client
           *[server] server
        }
        [refused] refused (RST)
        [never_opened] never opened
       *[open] { $side ->
            [client] FIN of the client only
            [server] FIN of the server only
           *[none] still open
        }
    }
report-streams-folded = { $more ->
        [one] One more connection is not listed; select it with --stream N or --port P.
       *[other] { $more } more connections are not listed (the largest come first); select with --stream N or --port P.
    }

## S3

report-handshake = { $outcome ->
        [syn_missing] Three-way handshake: #{ $answer } SYN,ACK and #{ $ack } ACK; the SYN is not in the capture.
        [answer_missing] Three-way handshake: #{ $syn } SYN and #{ $ack } ACK; the SYN,ACK is not in the capture.
        [answer_alone] #{ $answer } SYN,ACK alone: neither the SYN nor the third segment is in the capture.
        [complete] Complete three-way handshake: #{ $syn } SYN, #{ $answer } SYN,ACK, #{ $ack } ACK.
        [refused] Refused: #{ $syn } SYN was answered by #{ $answer } RST,ACK. Nobody listens on that port.
        [unanswered] #{ $syn } SYN was never answered.
        [half_open] #{ $syn } SYN and #{ $answer } SYN,ACK; the third segment is not in the capture.
        [simultaneous] Simultaneous open: both ends sent a SYN (#{ $syn }, #{ $answer }).
       *[not_seen] No SYN in the capture: it began after the handshake. Roles are inferred and the initial sequence numbers are not known; no handshake is made up here.
    }
report-isn-client = Client's initial sequence number (ISN)
report-isn-server = Server's initial sequence number (ISN)
report-sum-isn = Acknowledges the SYN: ISN + 1 (+ its data)
report-sum = { $tick } { $ack } { $equals } ISN of the { $side ->
        [client] client
       *[server] server
    } { $base } + { $add }
report-connect-time = SYN to ACK
report-retries = Repeated
report-retries-value = SYN × { $syn }, SYN,ACK × { $answer }
report-col-field = field
report-field-direction = direction
report-field-time = time (s)
report-field-source = source
report-field-destination = destination
report-field-srcport = source port
report-field-dstport = destination port
report-field-flags = flags
report-field-seq-raw = sequence number (raw)
report-field-seq = seq (relative)
report-field-ack-raw = acknowledgment number (raw)
report-field-ack = ack (relative)
report-field-window = window (as sent)
report-field-len = payload bytes
report-field-header = TCP header bytes
report-field-options = options

## S4

report-options-unknown = The SYN was not captured: what the two sides agreed on is not known.
report-no-options = no options
report-not-offered = not offered
report-col-option = option
report-col-offered = client's SYN
report-col-echoed = server's SYN,ACK
report-col-effective = effective
report-col-header = header
report-col-kind = kind
report-col-value = value
report-col-header-bytes = bytes of the TCP header
report-col-frame-bytes = bytes of the frame
report-option = { $option ->
        [mss] MSS (maximum segment size)
        [window_scale] window scale
        [sack_permitted] SACK permitted
       *[timestamps] time stamps
    }
report-effective = { $option ->
        [mss] the client sends at most { $client } bytes per segment, the server { $server }
       *[window_scale] windows count × { $client } (client), × { $server } (server)
    }
report-header = { $which ->
        [syn] SYN
        [syn_ack] SYN,ACK
        [data_client] first data of the client
       *[data_server] first data of the server
    } #{ $frame }: { $size } bytes = 20 + { $options }

## S5

report-lines-intro = One row per message. TCP ACK: the receiving kernel confirms the bytes. Application answer: the other program's own copy of the line on this connection, or else the first data that it sent there before the sender went on; what it only passed on from others is no answer. Copies: the same line on its way to the others.
report-no-lines = No message in this capture (or in this selection).
report-lines-folded = { $more ->
        [one] One more message has no row here.
       *[other] { $more } more messages have no row here; --find TEXT looks in all of them.
    }
report-col-line = no.
report-col-from = from
report-col-text = text
report-col-frames = frames
report-col-bytes = bytes
report-col-tcp-ack = TCP ACK
report-col-answer = application answer
report-col-copies = copies (the sender's own counts)
report-delivered = delivered to { $done } of { $expected }{ $all ->
        [yes] { "" }
       *[no] { " " }in time
    }
report-kind = { $kind ->
        [unfinished] no line end
        [http_request] HTTP request
        [http_response] HTTP response
        [ws_text] WebSocket text
        [ws_binary] WebSocket binary
        [ws_close] WebSocket Close
        [ws_ping] WebSocket ping
        [ws_pong] WebSocket pong
        [binary] binary data
       *[line] line
    }
report-no-answer = none
report-no-ack = none seen
report-copy-of = copy of no. { $id }
report-segments-count = { $count ->
        [one] one segment
       *[other] one message in { $count } segments
    }
report-shared = one of { $count } that begin in this segment
report-joined = Several messages in one segment
report-joined-value = segment #{ $frame } holds the beginning of { $count } messages
report-split = One message in several segments
report-split-value = message { $line } came in { $count } segments
report-found = Frames that hold the text
report-found-value = { $count ->
        [0] “{ $text }” is in no message
        [one] “{ $text }” is in one message
       *[other] “{ $text }” is in { $count } messages
    }

## S6

report-walk-rule = The rule, checked in every row: the next sequence number of a side = its sequence number + payload bytes, + 1 for SYN and for FIN. The acknowledgment number is the next byte that its sender expects from the other side. ✓ means that the segment begins exactly where this side's last one ended.
report-rule-held = Rule checked
report-rule-held-value = holds in { $held } of { $checked } segments
report-rule-first = first of its side
report-bytes-per-ack-client = Bytes newly acknowledged by one ACK of the client
report-bytes-per-ack-server = Bytes newly acknowledged by one ACK of the server
report-col-frame = frame
report-more-rows = more rows
report-col-next = next seq
report-col-rule = rule
report-col-acked = ACK received (time, delay)
report-col-acked-bytes = acknowledges bytes
report-col-notes = analysis
report-segments-folded = { $more ->
        [one] One more segment of this connection has no row here.
       *[other] { $more } more segments of this connection have no row here; the JSON form has more.
    }

## S7

report-closed-by-client = Closed by the client (first FIN)
report-closed-by-server = Closed by the server (first FIN)
report-reset-by-client = Reset by the client
report-reset-by-server = Reset by the server
report-close-unconfirmed = Both sent FIN, an ACK of one is not in the capture
report-refused-list = Refused
report-never-opened = Never opened
report-still-open = Not closed in the capture
report-teardown = { $outcome ->
        [closed] Orderly close, begun by the { $side ->
            [client] client
           *[server] server
        }: both FINs were sent and acknowledged.
        [reset] The connection ended with RST, not with an orderly close.
        [refused] The connection was refused: it was never open, so there is nothing to close.
        [never_opened] The handshake was not completed: the connection was never open, so there is nothing to close.
        [unconfirmed] Both sides sent FIN, the { $side ->
            [client] client
           *[server] server
        } first; an ACK of a FIN is not in the capture.
        [half_closed] { $side ->
            [client] The client
           *[server] The server
        } sent FIN; the other direction was not closed in the capture.
       *[open] No FIN and no RST in the capture: still open where it ends.
    }
report-first-fin = First FIN
report-first-fin-value = { $side ->
        [client] the client
       *[server] the server
    }, frame #{ $frame }: no earlier segment of this connection has the FIN bit
report-segments = Segments of the close
report-segments-value = { $crossed ->
        [yes] { $segments }: both FINs crossed, neither acknowledges the other (simultaneous close)
       *[no] { $segments ->
            [3] 3: the second FIN also carries the ACK of the first, because that side's program closed at once
           *[4] 4: the first FIN was acknowledged before the other side's program closed
        }
    }
report-close-time = First FIN to last ACK
report-half-closed-time = Half-closed for
report-half-close-use = Half-close in use
report-ws-close = WebSocket Close
report-ws-close-value = { $side ->
        [client] client
       *[server] server
    } sent Close { $code } in #{ $frame }
report-program-reason = The program says
report-reset-by = Reset by
report-reset-by-value = { $side ->
        [client] client
       *[server] server
    }, frame #{ $frame }
report-reset-cause = Likely cause
report-reset-accepted = Accepted by the receiver
report-reset-exact = certainly: its sequence number is exactly the one expected
report-reset-not-exact = not certain: its sequence number is not exactly the one expected, so the receiver may have checked or ignored it
report-col-part = part
report-col-seq = SEQ raw (relative)
report-col-ack = ACK raw (relative)
report-col-check = ACK = SEQ of the FIN + 1
report-part = { $role ->
        [fin-1] first FIN
        [fin-1-ack] ACK of the first FIN
        [fin-2] second FIN
       *[fin-2-ack] ACK of the second FIN
    }
report-same-segment = same segment
report-not-captured = not in the capture

## S8

report-open-time = Open: SYN to the completing ACK
report-graph = Time-sequence graph
report-initial-rtt = Initial round-trip time
report-rtt-client = ACK time of the client's segments
report-rtt-server = ACK time of the server's segments
report-reply-time = Application reply: line of the client to the server's answer
report-silence = Longest silence
report-largest-client = Largest segment of the client
report-largest-server = Largest segment of the server
report-largest-value = { $bytes ->
        [one] one payload byte
       *[other] { $bytes } payload bytes
    }
report-first-data = First data
report-first-data-value = { $side ->
        [client] from the client, { $time } after the handshake
       *[server] from the server, { $time } after the handshake
    }
report-data-segments = { $side ->
        [client] Data segments of the client
       *[server] Data segments of the server
    }
report-data-segments-value = { $again ->
        [0] { $segments }, none of them sent again
       *[other] { $segments }, of which { $again } sent again
    }
report-first-flight = { $side ->
        [client] Sent by the client before the first ACK of its data
       *[server] Sent by the server before the first ACK of its data
    }
report-first-flight-value = { $segments ->
        [one] one segment, payload bytes: { $bytes }
       *[other] { $segments } segments, payload bytes: { $bytes }
    }
report-most-in-flight = { $side ->
        [client] Most bytes of the client in flight
       *[server] Most bytes of the server in flight
    }
report-segments-per-ack = { $side ->
        [client] Data segments of the client covered by one ACK
       *[server] Data segments of the server covered by one ACK
    }
report-segments-per-ack-value = { $joint ->
        [0] { $count ->
            [one] one, by the only ACK
           *[other] one, by each of { $count } ACKs
        }
       *[other] smallest { $min }, median { $median }, largest { $max }; ACKs that cover more than one: { $joint } of { $count }
    }
report-col-first-segments = data segment
report-col-sent-at = sent at (s)
report-col-data-and-ack = its frame, its ACK
report-col-ack-at = ACK at (s)
report-col-sample = sample RTT
report-col-estimate = estimated RTT
report-throughput-client = Throughput client → server
report-throughput-server = Throughput server → client
report-throughput-value = { $known ->
        [yes] { $bytes } bytes / { $time } = { $rate } bytes/s
       *[no] { $bytes } bytes in one instant: no rate
    }

## S9

report-col-flag = flag
report-col-flags = flags
report-col-hex = hex
report-col-count = count
report-col-first-frames = first frames
report-col-class = class
report-col-from-client = from client
report-col-from-server = from server
report-class = { $class ->
        [handshake] handshake
        [data] data
        [ack] pure ACK
        [close] close
       *[reset] reset
    }

## S10

report-window-factor = Factor
report-factor-value = × { $factor } on every segment after the handshake
report-factor-unknown = not known: the handshake was not captured, so windows are shown as sent
report-window-smallest = Smallest window advertised
report-window-largest = Largest window advertised
report-window-value = { $scaled } bytes ({ $raw } as sent)
report-zero-folded = { $more ->
        [one] one more period is not listed
       *[other] { $more } more periods are not listed
    }
report-window-zero = Window 0
report-zero-value = { $ended ->
        [yes] from #{ $start } to #{ $end }, { $duration }; probes meanwhile: { $probes }
       *[no] from #{ $start }, never opened again in the capture; probes: { $probes }
    }

## S11

report-no-findings = Nothing was noticed: no refusal, no reset, no stalled program.
report-findings-folded = { $more ->
        [one] One more finding has no row here.
       *[other] { $more } more findings have no row here.
    }
report-col-severity = severity
report-col-finding = finding
report-col-certainty = certainty
report-severity = { $severity ->
        [warn] warning
        [note] note
       *[chat] usual
    }
report-analysis-intro = What was checked: Wireshark's analysis flags on every segment, with their counts (0 = none in the capture).

## S12

report-ladder-how = Each lane is one ip:port; time runs downwards. On loopback both ends share one address, so the port tells them apart.
report-col-call = the program
report-call = { $what ->
        [connected] accept returned: the session exists
        [renamed] another name
        [resumed] an earlier session came back, missed lines: { $detail }
        [read] read returned; bytes: { $detail }
        [said] took a line { $detail }
        [wrote] wrote; bytes: { $detail }
        [lagging] the client reads too slowly, lines missed: { $detail }
        [shutdown] shutdown: its FIN leaves now
       *[disconnected] close ({ $detail })
    }

## S13

report-states-intro = Both ends after each frame that changed a state (RFC 9293 section 3.3.2). Without a mark: a segment that this end sent proves it; “likely”: inferred, because the segment that causes it was seen on its way.
report-before-first = before the first frame
report-state-closed = CLOSED
report-state-listen = LISTEN (likely)
report-state-no-listener = CLOSED: nobody listens (likely)
report-col-sent = sent
report-col-state = state

## S14

report-notes-intro = The reasons behind the facts above.
report-note-first-packet = How the first packet of a connection is identified
    .why = It is the only one with SYN set and ACK not set (0x002): its sender cannot acknowledge anything yet. The answer has both (0x012), the third segment only ACK (0x010); SYN never comes again.
    .rfc = RFC 9293 section 3.5
report-note-isn = Initial sequence numbers
    .why = Each side chooses its own, and they look random. That is expected: a number that nobody can guess keeps old segments and forged ones out of the connection. Wireshark shows them as relative 0.
    .rfc = RFC 9293 section 3.4.1
report-note-ack-zero = Why the acknowledgment number of a SYN is 0
    .why = The ACK flag is not set, so the field means nothing: the client has not received any sequence number that it could acknowledge. Only the server's SYN,ACK brings one.
    .rfc = RFC 9293 section 3.1
report-note-options = Offered, echoed, effective
    .why = SYN and SYN,ACK carry offers. Window scale, SACK and time stamps work only when both sides offer them. The MSS is not negotiated: each side says how large a segment it accepts, and the other keeps to it. NOP only fills up, so that the header ends on a multiple of 4 bytes.
    .rfc = RFC 9293 section 3.2, RFC 7323, RFC 2018
report-note-line-ack = Acknowledged by TCP, answered by the application
    .why = The ACK comes from the kernel as soon as the bytes are in the receive buffer; the program may not have read them, and may never do so. Only data that the program sends back proves that it took the line.
    .rfc = RFC 9293 section 3.8
report-note-stream-of-bytes = TCP carries bytes, not messages
    .why = Several writes may leave in one segment, and one write in several. The receiver finds the ends of messages itself, here by the line end.
    .rfc = RFC 9293 section 3.9.1
report-note-seq = Why the numbers change as they do
    .why = Every byte has a number. A segment's sequence number is that of its first byte, so it grows by the payload sent; SYN and FIN count as one byte each, so that they can be acknowledged. A pure ACK uses no number.
    .rfc = RFC 9293 section 3.4
report-note-both-close = Why each side closes its own direction
    .why = A connection is two streams of bytes. FIN only says “I have no more data”; the other side may still have some, and says so itself when it is done. That is why two FINs are needed, each with its ACK.
    .rfc = RFC 9293 section 3.6
report-note-half-open = Half-open and half-closed
    .why = Half-closed: one side sent FIN and it was acknowledged, the other direction still works; both sides know it. Half-open: one side has crashed or forgotten the connection, and the other does not know; the first segment it sends meets a RST, or silence. A half-open connection shows nothing until somebody speaks.
    .rfc = RFC 9293 sections 3.5.1 and 3.6
report-note-time-wait = TIME-WAIT
    .why = Whoever closed first waits in TIME-WAIT for twice the maximum segment lifetime: the last ACK may be lost and the FIN come again, and old segments must not reach a new connection of the same ports. The RFC's lifetime is 2 minutes; Linux waits 60 s in all. No packet marks its end: the capture cannot show when TIME-WAIT becomes CLOSED, a live run (watch, or ss -tan) can.
    .rfc = RFC 9293 section 3.6.1
report-note-established = What both sides know when the connection is ESTABLISHED
    .why = Both initial sequence numbers and that the other side knows its own, both windows, the MSS of each side, and which options both support. Each knows that the other one can hear it.
    .rfc = RFC 9293 section 3.5
report-note-ephemeral = Why the client needs a port, and why it changes
    .why = A connection is known by four values: both addresses and both ports. The server's port is fixed, so that clients find it; the client's port is where the answers go. Its system picks another free one for each connection from a range (Linux: 32768 to 60999), so that several connections to one server can be told apart and late segments of the last one do no harm.
    .rfc = RFC 6056 section 2, RFC 6335 section 6
report-note-psh = PSH
    .why = Besides SYN, ACK and FIN most data segments carry PSH: the sender has nothing more to add at the moment, so the receiver should hand the bytes to its program now. It is set at the end of each write; it does not mark the end of a message.
    .rfc = RFC 9293 section 3.9.1
report-note-rst-causes = Possible causes of a RST
    .why = Nobody listens on the port; the program closed with bytes unread; it asked for an abort (SO_LINGER 0); bytes met a socket that was closed already (its program ended or crashed); the host restarted and knows no such connection; a firewall or another device in between sent it.
    .rfc = RFC 9293 section 3.5.2
report-note-throughput = How throughput is computed
    .why = Payload bytes, each counted once, divided by the time from the first data segment to the ACK of the last one. In a chat it mostly measures how fast people type.
report-note-estimate = How the round-trip time is estimated
    .why = The sample is the time from a segment to the first ACK that covers it. The estimate is the first sample, and then 7/8 of the estimate before plus 1/8 of the new sample, so that one odd value does not throw it. A segment that was sent again gives no sample: nobody knows which copy was acknowledged.
    .rfc = RFC 6298 sections 2 and 3
report-note-flight = What can be seen of the congestion window
    .why = It stands in no header: only the sender knows it. What can be seen are the bytes in flight, sent and not yet acknowledged, and these stay below the smaller one of congestion window and receive window. Before the first ACK of data a sender has only its initial window, often 10 segments. In slow start the flight grows by what each ACK covers, about twofold each round-trip time, until a loss, the threshold or the receive window stops it. On loopback, and in a chat, the program's next write is the limit nearly always.
    .rfc = RFC 5681 section 3.1, RFC 6928 section 2
report-note-window = What the window says
    .why = It is the free room in the receiver's buffer, in bytes, beyond the acknowledgment number. The field has 16 bits; with window scaling its value is shifted by the number agreed in the handshake. RST segments are left out: their window means nothing.
    .rfc = RFC 9293 section 3.8.6, RFC 7323 section 2
report-note-calls = Which calls make packets
    .why = socket, bind, listen and accept send nothing: a listening socket is invisible until somebody connects. connect sends the SYN, write (send) sends data when window and congestion control allow it, close or shutdown sends FIN. read (recv) sends nothing by itself, but it frees buffer, and that may send a window update.
    .rfc = RFC 9293 section 3.9.1
report-note-accept = The kernel answers before the program does
    .why = SYN,ACK is sent by the server's kernel as soon as the SYN arrives; accept comes later, when the program asks for the connection. The ACK of data, too, is sent when the kernel has the bytes, not when the program reads them. A server that never calls accept shows it: its clients are connected, and their bytes are acknowledged, all the same.
    .rfc = RFC 9293 section 3.9.1
report-note-loopback = What is different on loopback
    .why = Both ends have the same address, so only the port tells client and server apart. Checksums are never filled in and mean nothing. Segments may be larger than on any network (the largest IPv4 packet has 65535 bytes: less 20 for IPv4 and 20 for TCP that makes the MSS 65495; with IPv6 it is the MTU of 65536 less 40 and 20, 65476), and the times are microseconds, because nothing leaves the machine.
report-note-observer = What an observer cannot know
    .why = Whether a captured segment was accepted; when exactly the other end changed its state; which call a program made (close, exit and a crash look the same); whether silence is patience or death. What is inferred is marked as such.

## Expectations

expect-found = found: { $found }{ $frames }
expect-found-instead = found instead: { $found }{ $frames }
expect-total = { $total ->
        [one] { $passed } of 1 expectation holds
       *[other] { $passed } of { $total } expectations hold
    }

## What expect found

expect-none = none
expect-no-connection = no such connection
expect-not-known = { $count } connections were folded away; choose with --stream or --port
expect-details-not-kept = details were not kept; choose it with --stream
expect-not-in-order = the capture is not in the order of time
expect-lines-folded = { $count } messages were folded away; choose with --stream or --port
expect-texts-not-kept = some messages are known only in part (long ones and many copies are kept cut, or frames are missing): it may be in the rest
expect-frames-missing = frames are missing from the capture
expect-frames-cut = frames are cut short by the snap length
expect-no-reset = no reset
expect-no-close = no complete orderly close
expect-no-ws-close = no WebSocket Close frame
expect-only-fin = only the { $side ->
        [client] client
       *[server] server
    } sent FIN
expect-ports = server ports { $ports }; { $others ->
        [one] { $others } frame is not TCP
       *[other] { $others } frames are not TCP
    }
expect-complete = { $complete } of { $total } connections complete, { $open } still open at the end, { $before } begun before the capture
expect-messages = { $count ->
        [0] no such message
        [one] one such message
       *[other] { $count } such messages
    }
expect-message = stream { $stream }, from the { $side ->
        [client] client
       *[server] server
    }: { $segments ->
        [one] { $segments } segment
       *[other] { $segments } segments
    }, ACK { $ack }, answer { $answer }, { $what ->
        [copy] a copy
       *[original] delivered to { $copies }
    }
expect-error-quote = a text has no closing quote
expect-error-ends = it ends where { $expected } should stand
expect-error-wrong = { $expected } should stand where { $found } is
expect-error-whole = this is claimed of the whole capture, not of one connection; leave out what stands before the colon (--stream and --port choose what is read)
expect-error-more = { $found } is too much
expect-a-claim = a claim
expect-a-number = a number
expect-a-stream = a stream number
expect-a-port = a port number
expect-a-close-code = a close code
expect-a-duration = a duration (50ms, 1s, 300us)
expect-a-text = a text in quotes
