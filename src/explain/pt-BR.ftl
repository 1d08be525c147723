# Todas as frases sobre TCP que o chatscope diz, em português do Brasil.
# Valor: a forma curta, para as linhas ao vivo. Atributo why: o motivo, para --why, comentários e relatório. Atributo rfc: onde está escrito.
# Os identificadores vêm dos códigos do JSON Lines. Este arquivo e en.ftl têm os mesmos ids, atributos e variáveis; um teste compara.

## Papéis na vida de uma conexão (role)

role-handshake-1 = handshake 1/3
    .why = O cliente pede para abrir uma conexão. O SYN leva o número de sequência inicial (ISN) do cliente; como nada foi recebido ainda, a flag ACK não está ligada e o campo de confirmação vale 0. O próprio SYN consome um número de sequência, embora não carregue nenhum byte.
    .rfc = RFC 9293, seção 3.5
role-handshake-2 = handshake 2/3
    .why = O servidor aceita. O SYN leva o número de sequência inicial dele, e o ACK confirma o SYN do cliente: confirmação = ISN do cliente + 1. Quem envia este segmento é o kernel do servidor; o programa ainda nem soube da conexão.
    .rfc = RFC 9293, seção 3.5
role-handshake-3 = handshake 3/3
    .why = O cliente confirma o SYN do servidor: confirmação = ISN do servidor + 1. Agora os dois lados sabem que o outro os escuta, e a conexão está ESTABLISHED. Este segmento não consome número de sequência, a menos que carregue dados.
    .rfc = RFC 9293, seção 3.5
role-fin-1 = fechamento: { $side ->
        [client] o cliente
       *[server] o servidor
    } fecha primeiro
    .why = FIN quer dizer "não tenho mais dados para enviar". Ele fecha apenas um sentido; o outro lado pode continuar enviando. O FIN consome um número de sequência, por isso é confirmado como se fosse um byte. Quem envia o primeiro FIN espera no fim em TIME-WAIT.
    .rfc = RFC 9293, seção 3.6
role-fin-1-ack = FIN { $side ->
        [client] do cliente
       *[server] do servidor
    } confirmado
    .why = O kernel confirma que o FIN chegou. O programa que o recebeu lê fim de arquivo e deve agora fechar o seu próprio sentido: enquanto não fechar, o lado dele fica em CLOSE-WAIT.
    .rfc = RFC 9293, seção 3.6
role-fin-2 = { $side ->
        [client] o cliente
       *[server] o servidor
    } também fecha
    .why = O outro sentido também está fechado. Quando este FIN já confirma o primeiro, o fechamento leva três segmentos em vez de quatro; as duas formas são corretas.
    .rfc = RFC 9293, seção 3.6
role-fin-2-ack = os dois sentidos fechados
    .why = O último ACK. Quem o envia mantém a conexão em TIME-WAIT por duas vezes o tempo máximo de vida de um segmento, para poder repetir um ACK perdido e para que segmentos antigos não perturbem uma nova conexão entre as mesmas portas.
    .rfc = RFC 9293, seção 3.6
role-refusal = recusada: ninguém escuta na porta { $port }
    .why = O host está no ar, mas nenhum programa escuta nessa porta; por isso o kernel responde ao SYN com RST,ACK. No cliente, connect falha com "conexão recusada".
    .rfc = RFC 9293, seção 3.10.7.1
role-reset = abortada { $side ->
        [client] pelo cliente
       *[server] pelo servidor
    } (RST)
    .why = O RST encerra a conexão na hora, sem FIN e sem TIME-WAIT. Bytes ainda não lidos podem se perder; o outro programa recebe o erro "conexão fechada pela outra ponta" (connection reset by peer).
    .rfc = RFC 9293, seção 3.5.2

## Flags de análise do Wireshark

analysis-retransmission = { $known ->
        [after] retransmissão de #{ $frame }, { $after } depois
        [frame] retransmissão de #{ $frame }
        [since] retransmissão, { $after } depois de #{ $frame }
       *[nothing] retransmissão
    }
    .why = Os mesmos bytes de novo: o ACK deles não chegou dentro do tempo limite de retransmissão (RTO), e o remetente os dá por perdidos.
    .rfc = RFC 6298, seção 5
analysis-fast-retransmission = { $known ->
        [after] retransmissão rápida de #{ $frame }, { $after } depois
        [frame] retransmissão rápida de #{ $frame }
        [since] retransmissão rápida, { $after } depois de #{ $frame }
       *[nothing] retransmissão rápida
    }
    .why = O receptor repetiu o seu ACK, e com isso o remetente sabe que algo posterior chegou e esta parte não. Ele não espera o RTO.
    .rfc = RFC 5681, seção 3.2
analysis-spurious-retransmission = { $known ->
        [after] retransmissão desnecessária de #{ $frame }, { $after } depois
        [frame] retransmissão desnecessária de #{ $frame }
        [since] retransmissão desnecessária, { $after } depois de #{ $frame }
       *[nothing] retransmissão desnecessária
    }
    .why = Estes bytes já tinham sido confirmados. O ACK chegou tarde demais ou se perdeu no caminho até o remetente.
    .rfc = RFC 6298, seção 5
analysis-out-of-order = fora de ordem
    .why = Este segmento vem antes de outro que já foi visto. Chegou tão pouco depois que deve ter sido ultrapassado no caminho, e não enviado de novo.
    .rfc = RFC 9293, seção 3.10.7.4
analysis-lost-segment = segmento anterior não capturado
    .why = O número de sequência dá um salto: o segmento anterior a este não foi capturado. Ele se perdeu na rede, ou apenas na captura; um ACK que cobre a lacuna prova o segundo caso.
    .rfc = RFC 9293, seção 3.4
analysis-ack-lost-segment = confirma bytes que não foram capturados
    .why = O receptor tem bytes que esta captura nunca viu; a captura está incompleta: buffer de captura cheio, um filtro, ou outro caminho.
    .rfc = RFC 9293, seção 3.4
analysis-duplicate-ack = ACK duplicado { $count } de #{ $frame }
    .why = O mesmo número de confirmação outra vez, sem dados: chegou um segmento, mas não o que era esperado. O terceiro faz o remetente repetir imediatamente o segmento que falta.
    .rfc = RFC 5681, seção 3.2
analysis-zero-window = janela zero: { $side ->
        [client] o cliente
       *[server] o servidor
    } não aceita mais bytes
    .why = O buffer de recepção está cheio porque o programa não lê. O outro lado tem de parar de enviar e só pode sondar.
    .rfc = RFC 9293, seção 3.8.6
analysis-zero-window-probe = sonda de janela zero
    .why = O remetente testa se a janela se abriu, porque o segmento que avisaria isso pode ter se perdido.
    .rfc = RFC 9293, seção 3.8.6.1
analysis-zero-window-probe-ack = a janela continua em 0
    .why = A resposta a uma sonda: o receptor está vivo, e o programa dele continua sem ler.
    .rfc = RFC 9293, seção 3.8.6.1
analysis-keep-alive = sonda keep-alive
    .why = Um segmento um número atrás do esperado: não traz nada de novo, só obriga o outro lado a responder, para saber se ele ainda está lá.
    .rfc = RFC 9293, seção 3.8.4
analysis-keep-alive-ack = keep-alive respondido
    .why = O outro lado ainda está lá.
    .rfc = RFC 9293, seção 3.8.4
analysis-window-update = atualização de janela: { $window ->
        [one] { $window } byte livre
       *[other] { $window } bytes livres
    }
    .why = Nada de novo é confirmado, só a janela mudou: o programa leu, e há espaço outra vez.
    .rfc = RFC 9293, seção 3.8.6
analysis-window-full = enche a janela { $side ->
        [client] do cliente
       *[server] do servidor
    }
    .why = Com este segmento o remetente usou todo o espaço que o receptor anunciou. Ele tem de esperar um ACK.
    .rfc = RFC 9293, seção 3.8.6
analysis-reused-ports = mesmos endereços e portas de uma conexão anterior
    .why = Uma nova conexão entre os mesmos dois sockets. Ela se distingue da antiga pelo novo número de sequência inicial.
    .rfc = RFC 9293, seção 3.4.1

## Notas nossas: onde as ferramentas comuns enganam em loopback

note-persist-probe = sonda de janela zero sem dados (Wireshark: keep-alive)
    .why = O Linux sonda uma janela zero com um segmento vazio, um número atrás. O Wireshark não consegue distingui-lo de um keep-alive; a janela anterior, que era 0, permite isso.
    .rfc = RFC 9293, seção 3.8.6.1
bogus-header-length = comprimento de cabeçalho impossível { $length }, no mínimo 20: o que segue não pode ser lido
wireshark-retransmission = Wireshark: retransmissão
note-self-connect = autoconexão: as duas pontas são o mesmo socket
    .why = Um cliente que tenta uma porta local da faixa de portas efêmeras pode receber essa mesma porta como sua. O SYN então encontra a si mesmo: uma abertura simultânea com um único programa.
    .rfc = RFC 9293, seção 3.5
note-offloaded = maior que o MSS oferecido pelo receptor: dividido ou juntado pela placa de rede ou pelo loopback; não é erro
    .why = O kernel entrega pedaços grandes ao dispositivo, que os corta depois (segmentation offload). Em loopback eles nunca são cortados. No cabo, o MSS nunca é ultrapassado.
    .rfc = RFC 9293, seção 3.7.1
note-simultaneous-open = abertura simultânea
    .why = As duas pontas enviaram SYN antes de ver o da outra. Cada uma responde com SYN,ACK, e o resultado é uma conexão, não duas.
    .rfc = RFC 9293, seção 3.5

## Estados (RFC 9293, seção 3.3.2)

state-unknown = desconhecido
    .why = Este lado ainda não enviou nada, ou a captura começou no meio.
    .rfc = RFC 9293, seção 3.3.2
state-closed = sem conexão
    .why = A conexão não existe mais, ou ainda não existe.
    .rfc = RFC 9293, seção 3.3.2
state-listen = esperando um SYN
    .why = O programa chamou listen; nenhum cliente se conectou ainda.
    .rfc = RFC 9293, seção 3.3.2
state-syn-sent = enviou SYN, espera SYN,ACK
    .why = O cliente pediu a abertura e espera a resposta.
    .rfc = RFC 9293, seção 3.3.2
state-syn-received = enviou SYN,ACK, espera o ACK
    .why = Os dois SYNs são conhecidos; falta a última confirmação. É uma conexão semiaberta (half-open).
    .rfc = RFC 9293, seção 3.3.2
state-established = aberta
    .why = Os dados podem circular nos dois sentidos.
    .rfc = RFC 9293, seção 3.3.2
state-fin-wait-1 = enviou FIN, espera o ACK dele
    .why = Este lado fechou o seu sentido; o outro ainda não confirmou.
    .rfc = RFC 9293, seção 3.3.2
state-fin-wait-2 = o FIN foi confirmado, espera o FIN do outro lado
    .why = Um sentido está fechado. O outro lado ainda pode enviar.
    .rfc = RFC 9293, seção 3.3.2
state-close-wait = recebeu FIN, o programa não fechou
    .why = O kernel confirmou o FIN do outro lado e espera que o próprio programa chame close. Um programa que se esquece disso deixa a conexão parada aqui.
    .rfc = RFC 9293, seção 3.3.2
state-closing = os FINs se cruzaram, espera o ACK
    .why = As duas pontas fecharam ao mesmo tempo.
    .rfc = RFC 9293, seção 3.3.2
state-last-ack = enviou o segundo FIN, espera o ACK dele
    .why = Este lado fechou por último; quando o FIN dele for confirmado, a conexão acabou.
    .rfc = RFC 9293, seção 3.3.2
state-time-wait = espera passarem os segmentos antigos
    .why = Este lado fechou primeiro. Ele permanece por duas vezes o tempo máximo de vida de um segmento (60 s no Linux), para poder repetir o último ACK.
    .rfc = RFC 9293, seção 3.3.2

## Bits de controle

control-syn = sincroniza os números de sequência
    .why = Só o primeiro segmento de cada sentido leva SYN; ele anuncia de onde começa a contagem.
    .rfc = RFC 9293, seção 3.1
control-fin = o remetente não tem mais dados
    .why = Fecha o sentido do remetente.
    .rfc = RFC 9293, seção 3.1
control-rst = aborta a conexão
    .why = Encerra a conexão na hora.
    .rfc = RFC 9293, seção 3.1
control-psh = push
    .why = O remetente não tem mais nada a acrescentar no momento: entregue já os bytes ao programa. A maioria dos sistemas o liga no último segmento de cada escrita. Ele não marca o fim de uma mensagem.
    .rfc = RFC 9293, seção 3.1
control-ack = o campo de confirmação vale
    .why = Ligado em todos os segmentos menos no primeiro SYN (e em alguns RSTs).
    .rfc = RFC 9293, seção 3.1
control-urg = o ponteiro de urgência vale
    .why = Pouco usado; programas novos não devem usá-lo.
    .rfc = RFC 9293, seção 3.8.5
control-ece = houve congestionamento
    .why = Em um SYN: o remetente sabe usar ECN. Depois: um roteador marcou um pacote em vez de descartá-lo.
    .rfc = RFC 3168, seção 6.1
control-cwr = janela de congestionamento reduzida
    .why = A resposta ao ECE: o remetente diminuiu o ritmo.
    .rfc = RFC 3168, seção 6.1
control-ae = ECN preciso
    .why = Um dos três bits do ECN preciso (accurate ECN), antes chamado NS.
    .rfc = RFC 9768, seção 3.1

## Como terminou o handshake

handshake-not-seen = a captura começa depois do handshake
    .why = Sem o SYN não se conhecem os números iniciais, as opções e muitas vezes nem os papéis; os números relativos começam no primeiro segmento visto.
    .rfc = RFC 9293, seção 3.5
handshake-unanswered = nem SYN,ACK nem RST para o SYN, enviado { $tries ->
        [one] uma vez
       *[other] { $tries } vezes
    }
    .why = Nada de TCP voltou: um firewall descarta em silêncio ou responde por ICMP, o host está fora do ar, ou a fila de accept do servidor está cheia. Só pelos pacotes não dá para saber qual.
    .rfc = RFC 9293, seção 3.8.3
handshake-half-open = SYN respondido, o terceiro segmento não veio
    .why = O servidor espera em SYN-RECEIVED e repete o SYN,ACK. Um scanner de portas faz isso de propósito.
    .rfc = RFC 9293, seção 3.5
handshake-unanswered-at-end = SYN enviado { $tries ->
        [one] uma vez
       *[other] { $tries } vezes
    }, nem SYN,ACK nem RST vistos antes do fim da captura
    .why = A captura termina enquanto o SYN espera: uma resposta pode ter vindo depois.
    .rfc = RFC 9293, seção 3.5
handshake-half-open-at-end = SYN respondido, o terceiro segmento não foi visto antes do fim da captura
    .why = A captura termina no meio do handshake: o terceiro segmento pode ter vindo depois.
    .rfc = RFC 9293, seção 3.5
handshake-complete = { $retries ->
        [0] aberta em { $duration }
        [one] aberta em { $duration }, depois de mais um SYN
       *[other] aberta em { $duration }, depois de mais { $retries } SYNs
    }
    .why = Os três segmentos foram vistos: as duas pontas combinaram de onde cada uma começa a contar. O tempo é uma ida e volta mais a reação dos dois kernels.
    .rfc = RFC 9293, seção 3.5
handshake-refused = recusada após { $duration }: ninguém escuta na porta { $port }
    .why = A resposta ao SYN é RST,ACK: o host está no ar, a porta está fechada.
    .rfc = RFC 9293, seção 3.10.7.1
handshake-simultaneous = abertura simultânea
    .why = As duas pontas enviaram SYN antes de ver o da outra; o resultado é uma única conexão.
    .rfc = RFC 9293, seção 3.5

## Como a conexão terminou

teardown-complete = fechada em { $segments } segmentos, { $duration }
    .why = FIN e o seu ACK em cada sentido. Quatro segmentos, ou três quando o segundo FIN leva também o ACK do primeiro: nesse caso o outro lado fechou na mesma hora.
    .rfc = RFC 9293, seção 3.6
teardown-simultaneous = as duas pontas fecharam ao mesmo tempo, { $duration }
    .why = Cada lado enviou seu FIN antes de ver o do outro. Os dois passam por CLOSING e os dois esperam em TIME-WAIT.
    .rfc = RFC 9293, seção 3.6
teardown-half = só { $side ->
        [client] o cliente
       *[server] o servidor
    } fechou
    .why = Um sentido está fechado e o outro aberto: um fechamento parcial (half-close). É útil (enviar tudo e depois ler a resposta), e é também o que sobra quando um programa se esquece de fechar.
    .rfc = RFC 9293, seção 3.6.1
teardown-unconfirmed = os dois lados enviaram FIN, falta na captura o ACK de um deles
    .why = Os dois sentidos estão fechados, mas o segmento que confirma um dos FINs não foi capturado: perdeu-se, ou veio depois do fim da captura. Quem espera por ele envia o FIN de novo.
    .rfc = RFC 9293, seção 3.6
teardown-half-bytes = { $bytes ->
        [0] nenhum byte veio
        [one] { $bytes } byte veio
       *[other] { $bytes } bytes vieram
    } depois do primeiro FIN
    .why = Depois de um fechamento parcial o outro sentido ainda leva dados.
    .rfc = RFC 9293, seção 3.6.1
teardown-reset = abortada { $side ->
        [client] pelo cliente
       *[server] pelo servidor
    }: { $cause }
    .why = RST em vez de FIN: a conexão acaba na hora.
    .rfc = RFC 9293, seção 3.5.2

## Por que um RST foi enviado

cause-closed-port = ninguém escuta nessa porta
    .why = Um SYN para uma porta sem ninguém escutando é respondido com RST.
    .rfc = RFC 9293, seção 3.10.7.1
cause-unread-data = fechada com bytes ainda não lidos
    .why = O programa fechou enquanto bytes recebidos esperavam no buffer. Para que o remetente saiba da perda, o kernel envia RST em vez de FIN.
    .rfc = RFC 2525, seção 2.17
cause-linger0 = fechamento abrupto (SO_LINGER 0)
    .why = O programa pediu um fechamento abrupto em vez do normal: nada esperava para ser lido, e mesmo assim saiu um RST.
    .rfc = RFC 9293, seção 3.10.5
cause-write-after-close = bytes chegaram a um socket já fechado
    .why = O outro lado já tinha fechado por completo, e chegaram bytes que ninguém mais pode ler. O kernel só pode responder RST. A próxima escrita do remetente falha com broken pipe.
    .rfc = RFC 9293, seção 3.6.1
cause-accept-queue = quem escutava saiu antes do accept
    .why = A conexão estava aberta no kernel, esperando na fila de accept, quando o programa terminou ou fechou o socket que escutava.
    .rfc = RFC 9293, seção 3.10.4
cause-unread-data-or-linger0 = fechou sem FIN: bytes não lidos ou SO_LINGER 0
    .why = O programa fechou o socket quando talvez ainda houvesse bytes recebidos e não lidos, ou pediu um fechamento abrupto. Nos dois casos o kernel envia o mesmo RST; os pacotes não mostram se o programa chegou a ler os últimos bytes.
    .rfc = RFC 2525, seção 2.17
cause-unknown = causa não visível nos quadros
    .why = Possíveis: bytes não lidos ao fechar, SO_LINGER 0, bytes depois do fechamento, um programa morto, ou alguém no meio do caminho.
    .rfc = RFC 9293, seção 3.5.2

## Achados

finding-refused = conexão recusada
    .why = O SYN foi respondido com RST,ACK: o host está no ar, e nenhum programa escuta nessa porta. O servidor está rodando, e nesta porta?
    .rfc = RFC 9293, seção 3.10.7.1
finding-unanswered = { $duration ->
        [none] SYN enviado { $value } vezes, sem resposta
       *[time] SYN enviado { $value } vezes, sem resposta em { $duration }
    }
    .why = Não voltou absolutamente nada, nem uma recusa: um firewall, um host fora do ar, ou uma fila de accept cheia.
    .rfc = RFC 9293, seção 3.8.3
finding-icmp-error = { $side ->
        [client] erro ICMP de { $from } sobre um segmento do cliente: { $cause }
       *[server] erro ICMP de { $from } sobre um segmento do servidor: { $cause }
    }
    .why = Um roteador, um firewall ou o próprio host enviou um erro ICMP que cita o segmento. Um SYN que o recebe em vez de SYN,ACK ou RST falha logo, muitas vezes com "No route to host" ou "Connection refused" no programa.
    .rfc = RFC 792, RFC 4443, RFC 5461
finding-accept-queue-full = o servidor não aceita: conexões esperam na fila dele
    .why = Esta porta já respondeu a outros, então um programa escuta nela. A fila de handshakes concluídos está cheia porque ele não chama accept com rapidez suficiente, ou nem chama.
    .rfc = RFC 9293, seção 3.9.1
finding-no-banner = { $duration ->
        [none] conectou, mas não veio saudação
       *[time] conectou, mas não veio saudação em { $duration }
    }
    .why = Handshake completo só quer dizer que o kernel respondeu. Este servidor costuma falar primeiro; desta vez o programa não disse nada: não chamou accept, ou travou.
    .rfc = RFC 9293, seção 3.5
finding-stalled-app = o kernel confirmou { $value ->
        [one] { $value } byte
       *[other] { $value } bytes
    }, mas o programa não responde
    .why = O ACK vem do kernel, não do programa. Os bytes esperam em um buffer: o programa não lê, ou não responde. A rede fez a sua parte.
    .rfc = RFC 9293, seção 3.8.6
finding-silent-app = o kernel confirmou { $value ->
        [one] { $value } byte
       *[other] { $value } bytes
    }, mas até agora o programa não disse nada a ninguém
    .why = O ACK vem do kernel, não do programa: a rede fez a sua parte. Deste servidor ainda não se capturou nenhum byte. Talvez não tenha nada a dizer, talvez esteja travado antes da primeira resposta: no accept, no recv, em um lock, ou à espera de um fim de linha.
    .rfc = RFC 9293, seção 3.8.6
finding-peer-never-closed = { $side ->
        [client] o cliente
       *[server] o servidor
    } { $duration ->
        [none] não fechou
       *[time] não fechou dentro de { $duration } depois do FIN do outro lado
    }: CLOSE-WAIT
    .why = Um FIN chegou e foi confirmado pelo kernel, mas nenhum FIN voltou. O programa não percebeu o fim de arquivo, ou esqueceu de fechar o socket: um vazamento.
    .rfc = RFC 9293, seção 3.6
finding-half-closed = fechamento parcial: { $side ->
        [client] o cliente
       *[server] o servidor
    } fechou, o outro sentido continua em uso
    .why = Um lado disse que não tem mais nada a enviar e continua recebendo. Isso é permitido.
    .rfc = RFC 9293, seção 3.6.1
finding-zero-window = { $duration ->
        [none] janela zero { $side ->
            [client] do cliente
           *[server] do servidor
        }
       *[time] janela zero { $side ->
            [client] do cliente
           *[server] do servidor
        } por { $duration }
    }
    .why = O programa não lia, o buffer encheu, e o outro lado teve de parar. O TCP fez o que devia; o programa é que é lento.
    .rfc = RFC 9293, seção 3.8.6
finding-reset = abortada { $side ->
        [client] pelo cliente
       *[server] pelo servidor
    }: { $cause }
    .why = O RST encerra a conexão sem a troca ordenada de FINs. O outro programa vê um erro em vez de fim de arquivo.
    .rfc = RFC 9293, seção 3.5.2
finding-retransmission = enviado de novo
    .why = Um segmento foi repetido porque o ACK dele não veio a tempo.
    .rfc = RFC 6298, seção 5
finding-capture-loss = a captura perdeu quadros: nada se pode dizer do que falta
    .why = O buffer de captura encheu, ou uma lacuna nos números foi confirmada mesmo assim. A culpa não é da rede. Um buffer maior (-B) ajuda.
    .rfc = RFC 9293, seção 3.4
finding-ports-reused = endereços e portas de uma conexão anterior em uso outra vez
    .why = O sistema escolheu de novo a mesma porta de cliente. É permitido depois que a conexão antiga acabou; TIME-WAIT e o novo número inicial mantêm as duas separadas.
    .rfc = RFC 9293, seção 3.4.1
finding-self-connect = autoconexão: o cliente chegou a si mesmo
    .why = A porta local que o sistema escolheu era justamente a porta de destino, e ninguém escutava nela. O programa fala consigo mesmo.
    .rfc = RFC 9293, seção 3.5
finding-simultaneous-open = as duas pontas abriram ao mesmo tempo
    .why = Os dois SYNs se cruzaram; o resultado é uma única conexão.
    .rfc = RFC 9293, seção 3.5
finding-simultaneous-close = as duas pontas fecharam ao mesmo tempo
    .why = Os dois FINs se cruzaram; as duas pontas passam por CLOSING.
    .rfc = RFC 9293, seção 3.6
finding-ws-cut = o TCP acabou sem um quadro Close do WebSocket: o navegador informa 1006
    .why = Um WebSocket se fecha com um quadro Close em cada sentido, e só depois o TCP. O código 1006 nunca é enviado: a biblioteca da aplicação o inventa quando falta o Close.
    .rfc = RFC 6455, seção 7.1.5
finding-messages-joined = { $value } mensagens em um só segmento
    .why = O TCP leva um fluxo de bytes e não conhece mensagens. Linhas escritas uma logo após a outra podem viajar juntas; quem recebe tem de cortá-las nos fins de linha.
    .rfc = RFC 9293, seção 3.7.4
finding-message-split = uma mensagem em { $value } segmentos
    .why = O TCP leva um fluxo de bytes e não conhece mensagens. Uma escrita pode ser cortada, uma leitura pode devolver meia linha: quem recebe tem de juntar até o fim de linha.
    .rfc = RFC 9293, seção 3.7
finding-not-delivered = { $duration ->
        [none] uma linha que outros receberam não chegou aqui
       *[time] uma linha que outros receberam não chegou aqui em { $duration }
    }
    .why = A linha chegou ao programa, que a enviou a outros e não a este cliente: a lista de clientes não tem este, o envio a ele falhou, ou a thread que enviaria está travada. O TCP não perdeu nada: o programa nunca escreveu a linha nesta conexão.
    .rfc = RFC 9293, seção 3.9.1
finding-idle = silêncio { $duration ->
        [none] prolongado
       *[time] há { $duration }
    }
    .why = Uma conexão ociosa não envia absolutamente nada; o silêncio não mostra se o outro lado ainda está vivo. Um keep-alive ou um ping da aplicação mostraria.
    .rfc = RFC 9293, seção 3.8.4

## O que dizem os erros ICMP

icmp-network-unreachable = rede inalcançável
icmp-host-unreachable = host inalcançável
icmp-protocol-unreachable = protocolo inalcançável
icmp-port-unreachable = porta inalcançável
icmp-prohibited = proibido por um firewall
icmp-too-big = grande demais para o próximo enlace
icmp-time-exceeded = perdido no caminho (roteadores demais)
icmp-redirect = há um caminho mais curto
icmp-source-quench = pacotes demais
icmp-parameter-problem = um campo do cabeçalho está errado

## Vereditos

verdict-refused = ninguém escuta nessa porta
    .why = O SYN foi respondido com RST,ACK.
    .rfc = RFC 9293, seção 3.10.7.1
verdict-unreachable = um erro ICMP respondeu ao SYN
    .why = Um roteador, um firewall ou o próprio host disse por que o SYN não passou. Nenhum programa o viu.
    .rfc = RFC 792, RFC 1122, seção 4.2.3.9
verdict-filtered = nenhuma resposta
    .why = Nada voltou aos seus SYNs; não há sinal de alguém escutando. Um firewall os descarta, ou o host não existe.
    .rfc = RFC 9293, seção 3.8.3
verdict-accept-queue-full = alguém escuta, mas não aceita
    .why = SYNs ou ACKs finais ficam sem resposta em uma porta em que se sabe que há alguém escutando.
    .rfc = RFC 9293, seção 3.9.1
verdict-opened = handshake completo
    .why = Nada mais se afirma: o kernel completa handshakes antes de o programa chamar accept.
    .rfc = RFC 9293, seção 3.5
verdict-opened-no-banner = aberta, mas a saudação de costume não veio
    .why = O kernel abriu a conexão; o programa não falou a tempo.
    .rfc = RFC 9293, seção 3.5
verdict-served = o próprio programa enviou dados
    .why = Só bytes vindos do servidor provam que o programa dele, e não apenas o kernel, participou.
    .rfc = RFC 9293, seção 3.8
verdict-stalled-app = o kernel confirma, mas o programa não responde
    .why = Os bytes do cliente foram confirmados e não veio nada do que eles pedem.
    .rfc = RFC 9293, seção 3.8.6
verdict-closed-by-client = fechamento normal, o cliente primeiro
    .why = O FIN do cliente foi o primeiro, e os dois FINs foram confirmados.
    .rfc = RFC 9293, seção 3.6
verdict-closed-by-server = fechamento normal, o servidor primeiro
    .why = O FIN do servidor foi o primeiro, e os dois FINs foram confirmados. O TIME-WAIT fica então com o servidor.
    .rfc = RFC 9293, seção 3.6
verdict-closed-both = as duas pontas fecharam ao mesmo tempo
    .why = Os dois lados enviaram FIN antes de ver o do outro.
    .rfc = RFC 9293, seção 3.6
verdict-half-closed = um sentido fechado
    .why = Um FIN foi confirmado; o outro lado ainda pode enviar.
    .rfc = RFC 9293, seção 3.6.1
verdict-peer-never-closed = um lado nunca fechou
    .why = Um FIN foi confirmado e nenhum voltou a tempo: o programa do outro lado está parado em CLOSE-WAIT.
    .rfc = RFC 9293, seção 3.6
verdict-reset-by-client = abortada pelo cliente
    .why = O cliente a encerrou com RST.
    .rfc = RFC 9293, seção 3.5.2
verdict-reset-by-server = abortada pelo servidor
    .why = O servidor a encerrou com RST.
    .rfc = RFC 9293, seção 3.5.2
verdict-zero-window = um lado não aceitava mais bytes
    .why = Um lado anunciou janela 0: o programa dele não lia.
    .rfc = RFC 9293, seção 3.8.6
verdict-idle = aberta e sem tráfego
    .why = Sem dados nos dois sentidos por muito tempo.
    .rfc = RFC 9293, seção 3.8.4
verdict-lost-capture = faltam quadros na captura
    .why = A própria captura os perdeu; a rede não é julgada.
    .rfc = RFC 9293, seção 3.4
verdict-partial-start = a captura começa no meio
    .why = O SYN não foi capturado: os papéis são deduzidos.
    .rfc = RFC 9293, seção 3.5
verdict-partial-end = ainda não encerrada quando a captura termina
    .why = A captura não tem nenhum RST, nem um FIN de cada lado com o seu ACK.
    .rfc = RFC 9293, seção 3.6
verdict-ws-close = fechada pelo WebSocket
    .why = Um quadro Close do WebSocket foi visto antes do fim do TCP.
    .rfc = RFC 6455, seção 7.1
verdict-ws-cut-1006 = cortada sem Close do WebSocket
    .why = O TCP acabou sem um quadro Close; as aplicações informam 1006.
    .rfc = RFC 6455, seção 7.1.5

## Palavras do Zeek

zeek-s0 = tentativa sem resposta
zeek-s1 = aberta, não fechada
zeek-sf = abertura e fechamento normais
zeek-rej = tentativa recusada
zeek-s2 = o originador fechou, o respondedor não respondeu
zeek-s3 = o respondedor fechou, o originador não respondeu
zeek-rsto = abortada pelo originador
zeek-rstr = abortada pelo respondedor
zeek-rstos0 = SYN, depois RST do originador
zeek-rstrh = SYN,ACK, depois RST do respondedor, SYN não visto
zeek-sh = SYN, depois FIN, sem SYN,ACK
zeek-shr = SYN,ACK, depois FIN do respondedor, SYN não visto
zeek-oth = no meio, ou fora do comum

## Mensagens e suas entregas

message-line = linha { $number }
message-unfinished = texto sem fim de linha
message-http-request = requisição HTTP
message-http-response = resposta HTTP
message-ws-text = texto WebSocket { $number }
message-ws-binary = mensagem binária WebSocket
message-ws-close = Close do WebSocket { $code }
message-ws-ping = ping do WebSocket
message-ws-pong = pong do WebSocket
message-binary = dados binários
message-more = e mais { $more ->
        [one] uma
       *[other] { $more }
    }
carried-by-one = quadro { $first }
carried-by-many = quadros { $first } a { $last } ({ $count } segmentos)
acked = confirmado pelo quadro { $frame } após { $after }
ack-to-come = o ACK ainda não veio
delivery = { $what } entregue a { $done } de { $expected }{ $all ->
        [yes] { "" }
       *[no] { " " }até agora
    }
delivery-last-ack = último ACK no quadro { $frame } após { $after }
delivery-waiting = { $waiting ->
        [one] falta um ACK
       *[other] faltam { $waiting } ACKs
    }
delayed-ack = ACK atrasado
    .why = O receptor segura um pouco o ACK (40 ms no Linux), na esperança de enviá-lo junto com dados. No máximo meio segundo é permitido.
    .rfc = RFC 9293, seção 3.8.6.3

## O que o programa fez

session-connected = connected
session-disconnected = disconnected
session-renamed = agora se chama { $name }
session-resumed = voltou como { $name }
session-resumed-missed = voltou como { $name }, { $missed ->
        [one] segue uma linha perdida
       *[other] seguem { $missed } linhas perdidas
    }
session-read = o programa leu { $bytes ->
        [one] { $bytes } byte
       *[other] { $bytes } bytes
    }
session-said = o programa recebeu a linha { $line }
session-answered = o programa recebeu um comando
session-wrote = o programa escreveu { $bytes ->
        [one] { $bytes } byte
       *[other] { $bytes } bytes
    }
session-lagging = lê devagar demais: { $missed ->
        [one] uma linha saiu do registro sem ser lida
       *[other] { $missed } linhas saíram do registro sem serem lidas
    }
session-shutdown = o programa fechou o seu sentido
session-on-stream = sessão { $session } no fluxo { $stream }
session-without-packets = sessão { $session }, nenhum pacote dela foi capturado
session-after-handshake = { $after } depois do ACK

## Por que uma sessão terminou

reason-client-closed = o cliente fechou
reason-quit = /quit
reason-client-reset = abortada pelo cliente
reason-idle = silêncio por tempo demais
reason-over-bound = passou de um limite
reason-protocol-error = violou o protocolo
reason-taken-over = retomada por outra conexão
reason-peer-vanished = o outro lado parou de responder
reason-shutdown = o servidor está encerrando
reason-error = erro no socket

## A moldura da história

capture-live = capturando em { $source }
capture-file = lendo { $source }
capture-filter = filtro { $filter }
inferred = provável
end-frames = { $frames ->
        [0] nenhum quadro
        [one] { $frames } quadro
       *[other] { $frames } quadros
    }, { $tcp } com TCP
end-skipped = { $count ->
        [one] { $count } quadro de um tipo de enlace que não é entendido
       *[other] { $count } quadros de um tipo de enlace que não é entendido
    }
end-cut = { $count ->
        [one] { $count } quadro cortado pelo tamanho máximo de captura (-s)
       *[other] { $count } quadros cortados pelo tamanho máximo de captura (-s)
    }
end-kernel-dropped = quadros perdidos no kernel: { $count } (um buffer maior ajuda: -B)
end-interface-dropped = quadros perdidos pela interface: { $count }
end-queue-dropped = quadros perdidos na nossa própria fila: { $count }
end-folded = linhas omitidas porque a tela não acompanhou: { $count }
end-forgotten = fluxos encerrados esquecidos para limitar a memória: { $count }
end-fragments = datagramas IP fragmentados abandonados para limitar a memória: { $count }
end-sessions-dropped = eventos de sessão perdidos: { $count }
end-truncated = o arquivo termina no meio de um registro
see = veja
why = por quê

## Tabela

column-stream = fluxo
column-client = cliente
column-server = servidor
column-name = nome
column-start = início
column-duration = duração
column-frames = quadros
column-bytes = bytes
column-messages = linhas
column-rtt = rtt
column-state = zeek
column-verdict = veredito
totals = { $streams ->
        [0] nenhum fluxo
        [one] { $streams } fluxo
       *[other] { $streams } fluxos
    }

## Gráficos

graph-sequence = Tempo-sequência: de { $from } para { $to }
graph-rtt-title = Tempos de ida e volta (RTT): de { $from } para { $to }
graph-initial-rtt = no handshake { $rtt }
graph-empty = nenhum segmento deste fluxo
graph-data = dados
graph-again = enviado de novo
graph-acks = confirmado
graph-window = fim da janela
graph-window-above = fim da janela: bem acima
graph-left-out = { $count ->
        [one] { $count } número longe demais não é desenhado
       *[other] { $count } números longe demais não são desenhados
    }
graph-no-rtt = nenhum tempo de ida e volta a medir: nada do que este lado enviou foi confirmado
graph-sack = SACK
graph-rtt = RTT
graph-sequence-axis = número de sequência relativo
graph-rtt-axis = tempo de ida e volta
graph-time-axis = tempo desde o primeiro segmento

## Diagrama de sequência

ladder-program = programa
ladder-acks = { $count } ACKs agrupados, #{ $first } a #{ $last }
ladder-empty = nenhum segmento para desenhar
ladder-lanes-left-out = { $count ->
        [one] mais um socket não cabe em { $width } colunas
       *[other] mais { $count } sockets não cabem em { $width } colunas
    }
ladder-gap = { $hidden ->
        [0] { $duration } de silêncio
        [one] { $duration } e { $hidden } segmento que não é desenhado
       *[other] { $duration } e { $hidden } segmentos que não são desenhados
    }
ladder-left-out = { $count ->
        [one] mais um segmento não é mostrado
       *[other] mais { $count } segmentos não são mostrados
    }

## Cabeçalhos em caixas

frame-part = segmento { $number } de { $count } neste quadro
frame-ip = cabeçalho IPv{ $version }, bytes { $from } a { $to } do quadro
frame-tcp = cabeçalho TCP, bytes { $from } a { $to } do quadro
frame-options = opções
frame-bits-set = bits de controle ligados
frame-payload = dados: { $bytes ->
        [0] nenhum
        [one] { $bytes } byte
       *[other] { $bytes } bytes
    }
frame-wireshark = no Wireshark
frame-cut = a captura só tem os primeiros { $bytes } bytes deste quadro

## Comentários nos quadros

comment-stream = fluxo { $stream }
comment-data = { $bytes ->
        [one] { $bytes } byte
       *[other] { $bytes } bytes
    } { $side ->
        [client] do cliente
       *[server] do servidor
    }
comment-ack = ACK: tudo até { $ack } chegou
comment-acks-frame = ACK: confirma o quadro { $frame } após { $after }
comment-late = até aqui, sobre o fluxo { $stream }, quadro { $frame }: { $finding }
comment-isn = o número de sequência inicial é { $isn }
comment-quoted = citado em um erro ICMP, ou cortado: não analisado
