# As palavras do relatório, em português do Brasil: títulos, rótulos, frases em torno dos números, explicações (valor: título, why: texto, rfc: onde está).
# src/explain/report.en.ftl tem os mesmos ids, atributos e variáveis; um teste compara.

report-title = Relatório TCP: { $source }
report-subtitle = { $frames ->
        [0] nenhum quadro
        [one] { $frames } quadro
       *[other] { $frames } quadros
    }, { $streams ->
        [0] nenhuma conexão TCP
        [one] { $streams } conexão TCP
       *[other] { $streams } conexões TCP
    }, { $lines ->
        [0] nenhuma mensagem
        [one] { $lines } mensagem
       *[other] { $lines } mensagens
    }. Cada valor traz seus quadros (#) e o filtro de exibição do Wireshark que os mostra.

## Seções

report-s1 = A captura
report-s2 = Conexões
report-s3 = Handshake (estabelecimento)
report-s4 = Opções TCP
report-s5 = Linhas do chat
report-s6 = Números de sequência e de confirmação
report-s7 = Fechamento da conexão
report-s8 = Tempos
report-s9 = Flags
report-s10 = Janelas
report-s11 = Achados
report-s12 = Diagrama de sequência de mensagens
report-s13 = Estados
report-s14 = Explicações

## Palavras curtas

report-yes = sim
report-no = não
report-why = Por quê
report-none = nenhuma
report-all-streams = todos
report-all-ports = todas
report-unknown = não se sabe
report-inferred = provável
report-certain = certo
report-side = { $side ->
        [client] cliente
       *[server] servidor
    }
report-direction = { $side ->
        [client] cliente → servidor
       *[server] servidor → cliente
    }
report-spread = menor { $min }, mediana { $median }, maior { $max } ({ $count ->
        [one] { $count } valor
       *[other] { $count } valores
    })
report-stream-heading = Fluxo (stream) { $stream }: cliente { $client }{ $name } → servidor { $server }
report-stream-list = { $count } (fluxo { $list })
report-no-connections = Nenhuma conexão TCP nesta captura (ou nesta seleção).

## S1

report-source = Origem
report-link-type = Tipo de enlace
report-filter = Filtro de captura
report-snaplen = Tamanho máximo por quadro (snaplen)
report-snaplen-bytes = { $bytes } bytes
report-frames = Quadros
report-frames-read = { $frames } na captura; TCP entre os que passam pelo filtro de leitura: { $tcp }
report-read-filter = Filtro de leitura
report-frames-value = { $frames } na captura, { $tcp } deles TCP
report-first = Primeiro quadro
report-last = Último quadro
report-span = Intervalo de tempo
report-drops = Perdidos pela captura
report-drops-unknown = o arquivo não registra
report-drops-value = { $kernel } pelo kernel, { $interface } pela interface, { $queue } pelo programa de captura
report-only-port = Uma única porta de serviço
report-only-port-value = { $only ->
        [yes] sim, { $port }
       *[no] não; portas de servidor: { $ports }; quadros que não são TCP: { $other }
    }
report-complete = Completa, do SYN ao fechamento
report-complete-value = { $all ->
        [yes] sim: { $complete } de { $total }
       *[no] não: { $complete } de { $total }; ainda abertas no fim: { $open }; iniciadas antes da captura: { $before }; nunca abertas: { $never }
    }
report-cut = Arquivo cortado no meio de um registro
report-skipped = Ignorados
report-cut-short = Cortados
report-fragments = Fragmentos abandonados
report-selection = Este relatório trata dos fluxos (tcp.stream): { $streams }; portas: { $ports }. Os dados sobre o arquivo em si valem para o arquivo inteiro.
report-read-filtered = Só foram analisados os quadros que passam pelo filtro de leitura, e as conexões são numeradas entre eles. O Wireshark, com o arquivo inteiro, pode numerá-las de outro jeito: aqui os filtros indicam a conexão pelos dois sockets. As contagens de todas as conexões não têm filtro.
report-until-first-data = As linhas, os números e os estados vão até o primeiro segmento com dados de cada conexão.

## S2

report-how-many = Número de conexões
report-how-many-value = { $syn ->
        [yes] { $streams }. Cada SYN sem ACK que não seja repetição abre uma; o Wireshark as numera em tcp.stream.
       *[no] { $streams }. De algumas o SYN não está na captura; o Wireshark as numera em tcp.stream na ordem de seus primeiros quadros.
    }
report-client-ports = Portas dos clientes, em ordem
report-verdicts = Vereditos
report-col-role = é o cliente porque
report-col-client-port = porta do cliente
report-col-server-port = porta do servidor
report-col-frames-each = quadros c / s
report-col-bytes-each = bytes de dados c / s
report-col-opening = abertura
report-col-ending = fim
report-col-meaning = significado
report-role = { $by ->
        [syn] enviou o primeiro SYN (#{ $frame })
        [syn_ack] recebeu o SYN,ACK (#{ $frame }); o SYN não foi capturado
        [listening_port] a outra porta, { $port }, é a que escuta; nenhum SYN foi capturado (deduzido)
        [well_known_port] a outra porta, { $port }, é uma das bem conhecidas, de servidores; nenhum SYN foi capturado (deduzido)
       *[first_frame] enviou o primeiro quadro capturado (#{ $frame }); nenhum SYN foi capturado (deduzido)
    }
report-port = { $side ->
        [client] { $port }: efêmera, escolhida pelo sistema do cliente ({ $class })
        [bound] { $port }: pedida pelo programa do cliente ({ $class })
       *[server] { $port }: { $class }
    }
report-port-class = { $class ->
        [well_known] faixa das portas bem conhecidas, 0-1023
        [registered] faixa das portas registradas, 1024-49151
       *[dynamic] faixa dinâmica/privada, 49152-65535
    }
report-opening = { $opening ->
        [complete] handshake de três vias
        [refused] recusada
        [unanswered] SYN sem resposta
        [half_open] falta o terceiro segmento
        [simultaneous] as duas pontas enviaram SYN
       *[not_seen] antes da captura
    }
report-ending = { $how ->
        [fin] primeiro FIN { $side ->
            [client] do cliente
           *[server] do servidor
        }
        [fin_unconfirmed] os dois enviaram FIN, o { $side ->
            [client] cliente
           *[server] servidor
        } primeiro; falta na captura o ACK de um FIN
        [rst] RST { $side ->
            [client] do cliente
           *[server] do servidor
        }
        [refused] recusada (RST)
        [never_opened] nunca aberta
       *[open] { $side ->
            [client] só o FIN do cliente
            [server] só o FIN do servidor
           *[none] ainda aberta
        }
    }
report-streams-folded = { $more ->
        [one] Mais { $more } conexão não está na lista; escolha com --stream N ou --port P.
       *[other] Mais { $more } conexões não estão na lista (as maiores vêm primeiro); escolha com --stream N ou --port P.
    }

## S3

report-handshake = { $outcome ->
        [syn_missing] Handshake de três vias: #{ $answer } SYN,ACK e #{ $ack } ACK; o SYN não está na captura.
        [answer_missing] Handshake de três vias: #{ $syn } SYN e #{ $ack } ACK; o SYN,ACK não está na captura.
        [answer_alone] Só o SYN,ACK #{ $answer }: nem o SYN nem o terceiro segmento estão na captura.
        [complete] Handshake de três vias completo: #{ $syn } SYN, #{ $answer } SYN,ACK, #{ $ack } ACK.
        [refused] Recusada: o SYN #{ $syn } foi respondido com RST,ACK #{ $answer }. Ninguém escuta nessa porta.
        [unanswered] O SYN #{ $syn } nunca teve resposta.
        [half_open] SYN #{ $syn } e SYN,ACK #{ $answer }; o terceiro segmento não está na captura.
        [simultaneous] Abertura simultânea: as duas pontas enviaram SYN (#{ $syn }, #{ $answer }).
       *[not_seen] Não há SYN na captura: ela começou depois do handshake. Os papéis são deduzidos e os números de sequência iniciais não são conhecidos; nenhum handshake é inventado aqui.
    }
report-isn-client = Número de sequência inicial (ISN) do cliente
report-isn-server = Número de sequência inicial (ISN) do servidor
report-sum-isn = Confirma o SYN: ISN + 1 (+ os seus dados)
report-sum = { $tick } { $ack } { $equals } ISN do { $side ->
        [client] cliente
       *[server] servidor
    } { $base } + { $add }
report-connect-time = Do SYN ao ACK
report-retries = Repetidos
report-retries-value = SYN × { $syn }, SYN,ACK × { $answer }
report-col-field = campo
report-field-direction = sentido
report-field-time = tempo (s)
report-field-source = origem
report-field-destination = destino
report-field-srcport = porta de origem
report-field-dstport = porta de destino
report-field-flags = flags
report-field-seq-raw = número de sequência (bruto)
report-field-seq = seq (relativo)
report-field-ack-raw = número de confirmação (bruto)
report-field-ack = ack (relativo)
report-field-window = janela (como enviada)
report-field-len = bytes de dados
report-field-header = bytes do cabeçalho TCP
report-field-options = opções

## S4

report-options-unknown = O SYN não foi capturado: não se sabe o que os dois lados combinaram.
report-no-options = sem opções
report-not-offered = não oferecida
report-col-option = opção
report-col-offered = SYN do cliente
report-col-echoed = SYN,ACK do servidor
report-col-effective = em vigor
report-col-header = cabeçalho
report-col-kind = tipo (kind)
report-col-value = valor
report-col-header-bytes = bytes do cabeçalho TCP
report-col-frame-bytes = bytes do quadro
report-option = { $option ->
        [mss] MSS (tamanho máximo do segmento)
        [window_scale] escala da janela (window scale)
        [sack_permitted] SACK permitido
       *[timestamps] carimbos de tempo (timestamps)
    }
report-effective = { $option ->
        [mss] o cliente envia no máximo { $client } bytes por segmento, o servidor { $server }
       *[window_scale] as janelas valem × { $client } (cliente), × { $server } (servidor)
    }
report-header = { $which ->
        [syn] SYN
        [syn_ack] SYN,ACK
        [data_client] primeiros dados do cliente
       *[data_server] primeiros dados do servidor
    } #{ $frame }: { $size } bytes = 20 + { $options }

## S5

report-lines-intro = Uma linha da tabela por mensagem. ACK do TCP: o kernel que recebeu confirma os bytes. Resposta da aplicação: a cópia da própria linha que o outro programa mandou de volta nesta conexão, ou então os primeiros dados que ele enviou aqui antes de quem falou continuar; o que ele só repassou de outros não é resposta. Cópias: a mesma linha a caminho dos outros.
report-no-lines = Nenhuma mensagem nesta captura (ou nesta seleção).
report-lines-folded = { $more ->
        [one] Mais { $more } mensagem não aparece na tabela.
       *[other] Mais { $more } mensagens não aparecem na tabela; --find TEXTO procura em todas.
    }
report-col-line = nº
report-col-from = de
report-col-text = texto
report-col-frames = quadros
report-col-bytes = bytes
report-col-tcp-ack = ACK do TCP
report-col-answer = resposta da aplicação
report-col-copies = cópias (a de quem falou também conta)
report-delivered = entregue a { $done } de { $expected }{ $all ->
        [yes] { "" }
       *[no] { " " }a tempo
    }
report-kind = { $kind ->
        [unfinished] sem fim de linha
        [http_request] requisição HTTP
        [http_response] resposta HTTP
        [ws_text] texto WebSocket
        [ws_binary] WebSocket binário
        [ws_close] Close do WebSocket
        [ws_ping] ping do WebSocket
        [ws_pong] pong do WebSocket
        [binary] dados binários
       *[line] linha
    }
report-no-answer = nenhuma
report-no-ack = nenhum visto
report-copy-of = cópia da nº { $id }
report-segments-count = { $count ->
        [one] { $count } segmento
       *[other] uma mensagem em { $count } segmentos
    }
report-shared = uma de { $count } que começam neste segmento
report-joined = Várias mensagens em um segmento
report-joined-value = no segmento #{ $frame } começam { $count } mensagens
report-split = Uma mensagem em vários segmentos
report-split-value = a mensagem { $line } veio em { $count } segmentos
report-found = Quadros que contêm o texto
report-found-value = { $count ->
        [0] “{ $text }” não está em nenhuma mensagem
        [one] “{ $text }” está em uma mensagem
       *[other] “{ $text }” está em { $count } mensagens
    }

## S6

report-walk-rule = A regra, conferida em cada linha: o próximo número de sequência de um lado = seu número de sequência + bytes de dados, + 1 para SYN e para FIN. O número de confirmação é o próximo byte que quem o envia espera do outro lado. ✓ quer dizer que o segmento começa exatamente onde terminou o último desse lado.
report-rule-held = Regra conferida
report-rule-held-value = vale em { $held } de { $checked } segmentos
report-rule-first = primeiro desse lado
report-bytes-per-ack-client = Bytes novos confirmados por um ACK do cliente
report-bytes-per-ack-server = Bytes novos confirmados por um ACK do servidor
report-more-rows = outras linhas
report-col-frame = quadro
report-col-next = próximo seq
report-col-rule = regra
report-col-acked = ACK recebido (tempo, atraso)
report-col-acked-bytes = confirma bytes
report-col-notes = análise
report-segments-folded = { $more ->
        [one] Mais { $more } segmento desta conexão não aparece na tabela.
       *[other] Mais { $more } segmentos desta conexão não aparecem na tabela; a forma JSON tem mais.
    }

## S7

report-closed-by-client = Fechadas pelo cliente (primeiro FIN)
report-closed-by-server = Fechadas pelo servidor (primeiro FIN)
report-reset-by-client = Abortadas pelo cliente (RST)
report-reset-by-server = Abortadas pelo servidor (RST)
report-close-unconfirmed = Os dois lados enviaram FIN, falta na captura o ACK de um deles
report-refused-list = Recusadas
report-never-opened = Nunca abertas
report-still-open = Não fechadas na captura
report-teardown = { $outcome ->
        [closed] Fechamento normal, iniciado { $side ->
            [client] pelo cliente
           *[server] pelo servidor
        }: os dois FINs foram enviados e confirmados.
        [reset] A conexão acabou com RST, e não com um fechamento normal.
        [refused] A conexão foi recusada: nunca esteve aberta, portanto não há o que fechar.
        [never_opened] O handshake não foi concluído: a conexão nunca esteve aberta, portanto não há o que fechar.
        [unconfirmed] Os dois lados enviaram FIN, o { $side ->
            [client] cliente
           *[server] servidor
        } primeiro; falta na captura o ACK de um FIN.
        [half_closed] { $side ->
            [client] O cliente
           *[server] O servidor
        } enviou FIN; o outro sentido não foi fechado na captura.
       *[open] Não há FIN nem RST na captura: ainda aberta onde ela termina.
    }
report-first-fin = Primeiro FIN
report-first-fin-value = { $side ->
        [client] o cliente
       *[server] o servidor
    }, quadro #{ $frame }: nenhum segmento anterior desta conexão tem o bit FIN
report-segments = Segmentos do fechamento
report-segments-value = { $crossed ->
        [yes] { $segments }: os FINs se cruzaram, nenhum confirma o outro (fechamento simultâneo)
       *[no] { $segments ->
            [3] 3: o segundo FIN leva também o ACK do primeiro, porque o programa desse lado fechou na mesma hora
           *[4] 4: o primeiro FIN foi confirmado antes que o programa do outro lado fechasse
        }
    }
report-close-time = Do primeiro FIN ao último ACK
report-half-closed-time = Tempo semifechada (half-closed)
report-half-close-use = Uso do fechamento parcial (half-close)
report-ws-close = Close do WebSocket
report-ws-close-value = { $side ->
        [client] o cliente
       *[server] o servidor
    } enviou Close { $code } em #{ $frame }
report-program-reason = O programa diz
report-reset-by = Abortada por
report-reset-by-value = { $side ->
        [client] cliente
       *[server] servidor
    }, quadro #{ $frame }
report-reset-cause = Causa provável
report-reset-accepted = RST aceito pelo receptor
report-reset-exact = com certeza: o número de sequência é exatamente o esperado
report-reset-not-exact = não é certo: o número de sequência não é exatamente o esperado; o receptor pode tê-lo conferido ou ignorado
report-col-part = papel
report-col-seq = SEQ bruto (relativo)
report-col-ack = ACK bruto (relativo)
report-col-check = ACK = SEQ do FIN + 1
report-part = { $role ->
        [fin-1] primeiro FIN
        [fin-1-ack] ACK do primeiro FIN
        [fin-2] segundo FIN
       *[fin-2-ack] ACK do segundo FIN
    }
report-same-segment = mesmo segmento
report-not-captured = não está na captura

## S8

report-open-time = Abertura: do SYN ao ACK que a completa
report-graph = Gráfico tempo-sequência
report-initial-rtt = Tempo de ida e volta inicial
report-rtt-client = Tempo até o ACK dos segmentos do cliente
report-rtt-server = Tempo até o ACK dos segmentos do servidor
report-reply-time = Resposta da aplicação: da linha do cliente à resposta do servidor
report-silence = Maior silêncio
report-largest-client = Maior segmento do cliente
report-largest-server = Maior segmento do servidor
report-largest-value = { $bytes ->
        [0] nenhum byte de dados
        [one] { $bytes } byte de dados
       *[other] { $bytes } bytes de dados
    }
report-first-data = Primeiros dados
report-first-data-value = { $side ->
        [client] do cliente, { $time } depois do handshake
       *[server] do servidor, { $time } depois do handshake
    }
report-data-segments = { $side ->
        [client] Segmentos de dados do cliente
       *[server] Segmentos de dados do servidor
    }
report-data-segments-value = { $again ->
        [0] { $segments }, nenhum deles retransmitido
       *[other] { $segments }, retransmitidos: { $again }
    }
report-first-flight = { $side ->
        [client] Enviado pelo cliente antes do primeiro ACK de seus dados
       *[server] Enviado pelo servidor antes do primeiro ACK de seus dados
    }
report-first-flight-value = { $segments ->
        [one] um segmento, bytes de dados: { $bytes }
       *[other] { $segments } segmentos, bytes de dados: { $bytes }
    }
report-most-in-flight = { $side ->
        [client] Máximo de bytes do cliente em trânsito
       *[server] Máximo de bytes do servidor em trânsito
    }
report-segments-per-ack = { $side ->
        [client] Segmentos de dados do cliente confirmados por um único ACK
       *[server] Segmentos de dados do servidor confirmados por um único ACK
    }
report-segments-per-ack-value = { $joint ->
        [0] { $count ->
            [one] um só, pelo único ACK
           *[other] um só por ACK ({ $count } ACKs)
        }
       *[other] menor { $min }, mediana { $median }, maior { $max }; ACKs que confirmam mais de um: { $joint } de { $count }
    }
report-col-first-segments = segmento de dados
report-col-sent-at = enviado em (s)
report-col-data-and-ack = quadro, ACK
report-col-ack-at = ACK em (s)
report-col-sample = RTT da amostra
report-col-estimate = RTT estimado
report-throughput-client = Vazão cliente → servidor
report-throughput-server = Vazão servidor → cliente
report-throughput-value = { $known ->
        [yes] { $bytes } bytes / { $time } = { $rate } bytes/s
       *[no] { $bytes } bytes em um único instante: não há taxa
    }

## S9

report-col-flag = flag
report-col-flags = flags
report-col-hex = hex
report-col-count = quantidade
report-col-first-frames = primeiros quadros
report-col-class = classe
report-col-from-client = do cliente
report-col-from-server = do servidor
report-class = { $class ->
        [handshake] handshake
        [data] dados
        [ack] ACK puro
        [close] fechamento
       *[reset] reset (RST)
    }

## S10

report-window-factor = Fator
report-factor-value = × { $factor } em todo segmento depois do handshake
report-factor-unknown = não se sabe: o handshake não foi capturado, por isso as janelas aparecem como enviadas
report-window-smallest = Menor janela anunciada
report-window-largest = Maior janela anunciada
report-window-value = { $scaled } bytes ({ $raw } como enviada)
report-zero-folded = { $more ->
        [one] mais { $more } período não aparece
       *[other] mais { $more } períodos não aparecem
    }
report-window-zero = Janela 0
report-zero-value = { $ended ->
        [yes] de #{ $start } a #{ $end }, { $duration }; sondas nesse tempo: { $probes }
       *[no] a partir de #{ $start }, não voltou a abrir na captura; sondas: { $probes }
    }

## S11

report-no-findings = Nada chamou a atenção: nenhuma recusa, nenhum RST, nenhum programa travado.
report-findings-folded = { $more ->
        [one] Mais { $more } achado não aparece na tabela.
       *[other] Mais { $more } achados não aparecem na tabela.
    }
report-col-severity = gravidade
report-col-finding = achado
report-col-certainty = certeza
report-severity = { $severity ->
        [warn] aviso
        [note] nota
       *[chat] normal
    }
report-analysis-intro = O que foi conferido: as flags de análise do Wireshark em todos os segmentos, com suas contagens (0 = nenhum na captura).

## S12

report-ladder-how = Cada raia é um ip:porta; o tempo corre para baixo. Em loopback as duas pontas têm o mesmo endereço, e é a porta que as distingue.
report-col-call = o programa
report-call = { $what ->
        [connected] accept retornou: a sessão existe
        [renamed] outro nome
        [resumed] uma sessão anterior voltou, linhas perdidas: { $detail }
        [read] read devolveu; bytes: { $detail }
        [said] aceitou uma linha { $detail }
        [wrote] escreveu; bytes: { $detail }
        [lagging] o cliente lê devagar demais, linhas perdidas: { $detail }
        [shutdown] shutdown: o FIN sai agora
       *[disconnected] close ({ $detail })
    }

## S13

report-states-intro = As duas pontas depois de cada quadro que mudou um estado (RFC 9293, seção 3.3.2). Sem marca: um segmento enviado por essa ponta prova o estado; “provável”: deduzido, porque o segmento que o causa foi visto a caminho.
report-before-first = antes do primeiro quadro
report-state-closed = CLOSED
report-state-listen = LISTEN (provável)
report-state-no-listener = CLOSED: ninguém escuta (provável)
report-col-sent = enviado
report-col-state = estado

## S14

report-notes-intro = As razões por trás dos fatos acima.
report-note-first-packet = Como se reconhece o primeiro pacote de uma conexão
    .why = É o único com SYN ligado e ACK desligado (0x002): quem o envia ainda não tem nada a confirmar. A resposta tem os dois (0x012), o terceiro segmento só ACK (0x010); o SYN não volta a aparecer.
    .rfc = RFC 9293, seção 3.5
report-note-isn = Números de sequência iniciais
    .why = Cada lado escolhe o seu, e eles parecem aleatórios. Isso é esperado: um número que ninguém adivinha mantém segmentos antigos e forjados fora da conexão. O Wireshark os mostra como 0 relativo.
    .rfc = RFC 9293, seção 3.4.1
report-note-ack-zero = Por que o número de confirmação de um SYN é 0
    .why = A flag ACK está desligada, portanto o campo não significa nada: o cliente ainda não recebeu nenhum número de sequência que pudesse confirmar. Só o SYN,ACK do servidor traz um.
    .rfc = RFC 9293, seção 3.1
report-note-options = Oferecida, respondida, em vigor
    .why = SYN e SYN,ACK levam ofertas. Escala da janela, SACK e carimbos de tempo só funcionam quando os dois lados os oferecem. O MSS não é negociado: cada lado diz que tamanho de segmento aceita, e o outro respeita. NOP só completa espaço, para o cabeçalho terminar em um múltiplo de 4 bytes.
    .rfc = RFC 9293, seção 3.2; RFC 7323; RFC 2018
report-note-line-ack = Confirmada pelo TCP, respondida pela aplicação
    .why = O ACK vem do kernel assim que os bytes estão no buffer de recepção; o programa pode ainda não tê-los lido, e pode nunca ler. Só dados enviados de volta pelo programa provam que ele aceitou a linha.
    .rfc = RFC 9293, seção 3.8
report-note-stream-of-bytes = O TCP transporta bytes, não mensagens
    .why = Várias escritas podem sair em um segmento, e uma escrita em vários. Quem recebe encontra sozinho o fim de cada mensagem, aqui pelo fim de linha.
    .rfc = RFC 9293, seção 3.9.1
report-note-seq = Por que os números mudam assim
    .why = Cada byte tem um número. O número de sequência de um segmento é o do seu primeiro byte, e por isso cresce conforme os dados enviados; SYN e FIN contam como um byte cada, para que possam ser confirmados. Um ACK puro não gasta número.
    .rfc = RFC 9293, seção 3.4
report-note-both-close = Por que cada lado fecha o seu próprio sentido
    .why = Uma conexão são dois fluxos de bytes. FIN só diz “não tenho mais dados”; o outro lado ainda pode ter, e avisa ele mesmo quando terminar. Por isso são necessários dois FINs, cada um com seu ACK.
    .rfc = RFC 9293, seção 3.6
report-note-half-open = Semiaberta (half-open) e semifechada (half-closed)
    .why = Semifechada: um lado enviou FIN e ele foi confirmado, o outro sentido continua funcionando; os dois lados sabem disso. Semiaberta: um lado caiu ou esqueceu a conexão, e o outro não sabe; o primeiro segmento que ele enviar encontra um RST, ou silêncio. Uma conexão semiaberta não mostra nada até alguém falar.
    .rfc = RFC 9293, seções 3.5.1 e 3.6
report-note-time-wait = TIME-WAIT
    .why = Quem fechou primeiro espera em TIME-WAIT por duas vezes o tempo máximo de vida de um segmento: o último ACK pode se perder e o FIN voltar, e segmentos antigos não devem alcançar uma conexão nova entre as mesmas portas. O tempo de vida da RFC é de 2 minutos; o Linux espera 60 s ao todo. Nenhum pacote marca o fim: a captura não mostra quando TIME-WAIT vira CLOSED; uma execução ao vivo (watch, ou ss -tan) mostra.
    .rfc = RFC 9293, seção 3.6.1
report-note-established = O que os dois lados sabem quando a conexão está ESTABLISHED
    .why = Os dois números de sequência iniciais e que o outro lado conhece o seu, as duas janelas, o MSS de cada lado, e quais opções ambos usam. Cada um sabe que o outro o escuta.
    .rfc = RFC 9293, seção 3.5
report-note-ephemeral = Por que o cliente precisa de uma porta, e por que ela muda
    .why = Uma conexão se identifica por quatro valores: os dois endereços e as duas portas. A porta do servidor é fixa, para que os clientes a encontrem; a do cliente é para onde vão as respostas. A cada conexão o sistema escolhe outra porta livre de uma faixa (Linux: 32768 a 60999), para que várias conexões com o mesmo servidor não se confundam e segmentos atrasados da anterior não atrapalhem.
    .rfc = RFC 6056, seção 2; RFC 6335, seção 6
report-note-psh = PSH
    .why = Além de SYN, ACK e FIN, a maioria dos segmentos com dados leva PSH: o remetente não tem mais nada a acrescentar no momento, e o receptor deve entregar já os bytes ao programa. Ele é ligado no fim de cada escrita; não marca o fim de uma mensagem.
    .rfc = RFC 9293, seção 3.9.1
report-note-rst-causes = Causas possíveis de um RST
    .why = Ninguém escuta na porta; o programa fechou com bytes ainda não lidos; ele pediu um fechamento abrupto (SO_LINGER 0); bytes chegaram a um socket já fechado (o programa terminou ou caiu); o host reiniciou e não conhece tal conexão; um firewall ou outro equipamento no caminho o enviou.
    .rfc = RFC 9293, seção 3.5.2
report-note-throughput = Como se calcula a vazão
    .why = Bytes de dados, cada um contado uma vez, divididos pelo tempo do primeiro segmento com dados ao ACK do último. Em um chat ela mede, quase sempre, a velocidade com que as pessoas digitam.
report-note-estimate = Como se estima o tempo de ida e volta
    .why = A amostra é o tempo entre um segmento e o primeiro ACK que o confirma. A estimativa começa com a primeira amostra; depois vale 7/8 da estimativa anterior mais 1/8 da nova amostra, para que um valor isolado não a distorça. Um segmento retransmitido não dá amostra: não há como saber qual das cópias foi confirmada.
    .rfc = RFC 6298, seções 2 e 3
report-note-flight = O que se vê da janela de congestionamento
    .why = Ela não aparece em nenhum cabeçalho: só o emissor a conhece. O que se vê são os bytes em trânsito, enviados e ainda não confirmados, que nunca passam da menor das duas janelas, a de congestionamento e a de recepção. Antes do primeiro ACK de dados o emissor só dispõe da janela inicial, em geral 10 segmentos. Na partida lenta (slow start), os bytes em trânsito crescem com o que cada ACK confirma, mais ou menos dobrando a cada tempo de ida e volta, até que uma perda, o limiar ou a janela de recepção os detenha. Em loopback, e em um chat, o limite quase sempre é a próxima escrita do programa.
    .rfc = RFC 5681, seção 3.1; RFC 6928, seção 2
report-note-window = O que diz a janela
    .why = É o espaço livre no buffer do receptor, em bytes, a partir do número de confirmação. O campo tem 16 bits; com escala da janela, o valor é deslocado pelo número combinado no handshake. Segmentos RST ficam de fora: a janela deles não significa nada.
    .rfc = RFC 9293, seção 3.8.6; RFC 7323, seção 2
report-note-calls = Que chamadas geram pacotes
    .why = socket, bind, listen e accept não enviam nada: um socket que escuta é invisível até alguém se conectar. connect envia o SYN, write (send) envia dados quando a janela e o controle de congestionamento permitem, close ou shutdown envia FIN. read (recv) não envia nada por si, mas libera espaço no buffer, e isso pode gerar uma atualização de janela.
    .rfc = RFC 9293, seção 3.9.1
report-note-accept = O kernel responde antes do programa
    .why = O SYN,ACK é enviado pelo kernel do servidor assim que o SYN chega; o accept vem depois, quando o programa pede a conexão. Também o ACK dos dados sai quando o kernel tem os bytes, e não quando o programa os lê. Um servidor que nunca chama accept mostra isso: mesmo assim os clientes ficam conectados e os bytes deles são confirmados.
    .rfc = RFC 9293, seção 3.9.1
report-note-loopback = O que é diferente em loopback
    .why = As duas pontas têm o mesmo endereço, e só a porta distingue cliente e servidor. As somas de verificação não são preenchidas e não significam nada. Os segmentos podem ser maiores que em qualquer rede (o maior pacote IPv4 tem 65535 bytes: descontados 20 do IPv4 e 20 do TCP, o MSS é 65495; com IPv6 é o MTU de 65536 menos 40 e 20, 65476), e os tempos são de microssegundos, porque nada sai da máquina.
report-note-observer = O que um observador não pode saber
    .why = Se um segmento capturado foi aceito; quando exatamente a outra ponta mudou de estado; que chamada o programa fez (close, exit e uma queda parecem iguais); se o silêncio é paciência ou morte. O que é deduzido está marcado como tal.

## Expectativas

expect-found = encontrado: { $found }{ $frames }
expect-found-instead = em vez disso, encontrado: { $found }{ $frames }
expect-total = { $total ->
        [one] { $passed } de { $total } expectativa se confirma
       *[other] { $passed } de { $total } expectativas se confirmam
    }

## O que expect encontrou

expect-none = nenhum
expect-no-connection = não há essa conexão
expect-not-known = { $count } conexões não foram detalhadas; escolha com --stream ou --port
expect-details-not-kept = os detalhes não foram guardados; escolha-a com --stream
expect-not-in-order = a captura não está na ordem do tempo
expect-lines-folded = { $count } mensagens não foram listadas; escolha com --stream ou --port
expect-texts-not-kept = de algumas mensagens só se conhece uma parte (as longas e muitas cópias são guardadas cortadas, ou faltam quadros): pode estar no resto
expect-frames-missing = faltam quadros na captura
expect-frames-cut = há quadros cortados pelo tamanho máximo de captura
expect-no-reset = sem RST
expect-no-close = sem fechamento normal completo
expect-no-ws-close = nenhum quadro Close do WebSocket
expect-only-fin = só o { $side ->
        [client] cliente
       *[server] servidor
    } enviou FIN
expect-ports = portas de servidor { $ports }; { $others ->
        [0] nenhum outro quadro
        [one] { $others } quadro não é TCP
       *[other] { $others } quadros não são TCP
    }
expect-complete = conexões completas: { $complete } de { $total }; ainda abertas no fim: { $open }; iniciadas antes da captura: { $before }
expect-messages = { $count ->
        [0] nenhuma mensagem assim
        [one] uma mensagem assim
       *[other] { $count } mensagens assim
    }
expect-message = fluxo { $stream }, do { $side ->
        [client] cliente
       *[server] servidor
    }: { $segments ->
        [one] { $segments } segmento
       *[other] { $segments } segmentos
    }, ACK { $ack }, resposta { $answer }, { $what ->
        [copy] uma cópia
       *[original] entregue a { $copies }
    }
expect-error-quote = falta fechar as aspas de um texto
expect-error-ends = termina onde deveria haver { $expected }
expect-error-wrong = deveria haver { $expected } onde está { $found }
expect-error-whole = esta afirmação vale para a captura inteira, não para uma conexão; tire o que vem antes dos dois-pontos (--stream e --port escolhem o que é lido)
expect-error-more = { $found } está sobrando
expect-a-claim = uma afirmação
expect-a-number = um número
expect-a-stream = um número de fluxo
expect-a-port = um número de porta
expect-a-close-code = um código de fechamento
expect-a-duration = uma duração (50ms, 1s, 300us)
expect-a-text = um texto entre aspas
