#!/usr/bin/env python3
"""Records TLS in every version, suite and turn that the programs here can speak, and checks that spider deciphers it.

    sudo python3 testdata/tls-matrix.py --spider target/debug/spider [--keep DIR] [--only TEXT,...] [--tshark] [--jobs 2]
    sudo python3 testdata/tls-matrix.py --small DIR      # records the few cells that are kept in testdata/tls

Each cell of the matrix is one capture of `openssl s_server` and `s_client` (or of GnuTLS), in a network namespace of its own,
with a key log beside it. Both ends send lines that are known, so what must come out of `spider content -o raw` is known byte for byte.
With --tshark the streams of `tshark -z follow,tls,raw` are compared as well. Exit code 1 when a cell differs.
Needs: root, ip, unshare, tcpdump, openssl 3, and optionally gnutls-bin and tshark.
"""
import argparse, concurrent.futures, os, re, shutil, subprocess, sys, tempfile, time

TEXTS = [(b'text %d of the client\n' % n, b'text %d of the server, a little longer: %s\n' % (n, b'x' * (40 * n))) for n in (1, 2, 3)]

def run(*args, **more): return subprocess.run(args, capture_output=True, **more)

class Cell:
    """One capture: versions, suite, and what happens between the lines."""
    def __init__(self, name, client, server, turns=(), sessions=1, kind='rsa', early=False, gnutls=None):
        self.name, self.client, self.server, self.turns = name, client, server, list(turns)
        self.sessions, self.kind, self.early, self.gnutls = sessions, kind, early, gnutls

def suites():
    """Standard name, OpenSSL's name, first version, authentication, encryption."""
    for line in run('openssl', 'ciphers', '-stdname', 'ALL:eNULL:@SECLEVEL=0').stdout.decode().splitlines():
        f = line.split()
        yield f[0], f[2], f[3], f[5][3:], f[6][4:]

KINDS = {'RSA': 'rsa', 'ECDSA': 'ec', 'DSS': 'dsa'}

def cells():
    low = ':@SECLEVEL=0'
    for std, ossl, first, auth, enc in suites():
        psk = ['-psk', '0123456789abcdef', '-psk_identity', 'me'] if 'PSK' in std else []
        kind = KINDS.get(auth, 'rsa')
        if first == 'TLSv1.3' or 'SRP' in std: continue
        versions = ['tls1_2'] if first == 'TLSv1.2' else ['tls1_2', 'tls1_1', 'tls1']
        for version in versions:
            for etm in ([''] if '_CBC_' not in std else ['', '-no_etm']):
                more = [o for o in [etm] if o]
                name = f'{version}-{std[4:].lower()}' + ('-mte' if etm else '-etm' if '_CBC_' in std else '')
                server = ['-' + version, '-cipher', ossl + low] + psk[:2]
                yield Cell(name, ['-' + version, '-cipher', ossl + low] + more + psk, server, kind=kind)
    for suite in ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256']:
        both = ['-tls1_3', '-ciphersuites', suite]
        short = suite[4:].lower()
        plain = lambda name, client=[], server=[], **m: Cell(f'tls1_3-{short}-{name}', both + client, both + server, **m)
        yield plain('plain')
        yield plain('key-updates', turns=['cK', 'sk', 'ck', 'sK'])
        yield plain('client-auth', client=['-cert', '{tls}/rsa.pem', '-key', '{tls}/rsa.key'], server=['-Verify', '1'])
        yield plain('resumed', sessions=2)
        yield plain('early-data', server=['-early_data'], sessions=2, early=True)
        yield plain('retry-request', client=['-groups', 'X25519:P-256'], server=['-groups', 'P-256'])
        yield plain('retry-request-early-data', client=['-groups', 'X25519:P-256'], server=['-groups', 'P-256', '-early_data'], sessions=2, early=True)
        yield plain('padding', client=['-record_padding', '256'], server=['-record_padding', '512'])
        yield plain('fragments', client=['-max_send_frag', '512', '-split_send_frag', '512'], server=['-max_send_frag', '512'])
        yield plain('post-handshake-auth', client=['-enable_pha', '-cert', '{tls}/rsa.pem', '-key', '{tls}/rsa.key'], turns=['sc'])
    for version in ['tls1_2', 'tls1_1', 'tls1']:
        for cipher in ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305', 'AES128-CCM8', 'NULL-SHA']:
            if version != 'tls1_2' and cipher not in ('ECDHE-RSA-AES128-SHA', 'NULL-SHA'): continue
            both = ['-' + version, '-cipher', cipher + low]
            for etm in ([[]] if cipher != 'ECDHE-RSA-AES128-SHA' else [[], ['-no_etm']]):
                short = cipher.lower() + ('-mte' if etm else '')
                plain = lambda name, client=[], server=[], **m: Cell(f'{version}-{short}-{name}', both + etm + client, both + server, **m)
                yield plain('renegotiated', server=['-client_renegotiation'], turns=['cR', 'cR'])
                yield plain('renegotiated-by-server', client=[], turns=['sr'])
                yield plain('resumed-by-ticket', sessions=2)
                yield plain('resumed-by-id', client=['-no_ticket'], server=['-no_ticket'], sessions=2)
                yield plain('client-auth', client=['-cert', '{tls}/rsa.pem', '-key', '{tls}/rsa.key'], server=['-Verify', '1'])
    if shutil.which('gnutls-serv'):
        for suite in ['3DES-CBC', 'ARCFOUR-128', 'CAMELLIA-128-CBC', 'CAMELLIA-256-GCM', 'CAMELLIA-128-GCM', 'AES-128-CCM', 'AES-256-CCM-8', 'AES-256-CBC', 'CHACHA20-POLY1305', 'AES-128-GCM']:
            for version in ['VERS-TLS1.2', 'VERS-TLS1.1', 'VERS-TLS1.0', 'VERS-SSL3.0']:
                if version != 'VERS-TLS1.2' and not suite.endswith('CBC') and suite != 'ARCFOUR-128': continue
                for etm in ([''] if not suite.endswith('CBC') or version == 'VERS-SSL3.0' else ['', ':%NO_ETM']):
                    priority = f'NONE:+{version}:+{suite}:+SHA1:+SHA256:+SHA384:+MD5:+AEAD:+RSA:+ECDHE-RSA:+GROUP-ALL:+SIGN-ALL:+COMP-NULL:%VERIFY_ALLOW_BROKEN:%ALLOW_SMALL_RECORDS{etm}'
                    yield Cell(f'gnutls-{version[5:].lower()}-{suite.lower()}' + ('-mte' if etm else ''), [], [], gnutls=priority)

# The cells that are kept in testdata/tls, and their names there.
SMALL = {
    'tls13-ccm8-key-updates': 'tls1_3-aes_128_ccm_8_sha256-key-updates',
    'tls13-early-data-refused': 'tls1_3-aes_128_gcm_sha256-retry-request-early-data',
    'tls13-early-data': 'tls1_3-chacha20_poly1305_sha256-early-data',
    'tls13-client-auth-later': 'tls1_3-aes_256_gcm_sha384-post-handshake-auth',
    'tls13-padding': 'tls1_3-aes_128_ccm_sha256-padding',
    'tls12-gcm-renegotiated': 'tls1_2-ecdhe-rsa-aes128-gcm-sha256-renegotiated',
    'tls12-chacha20-resumed-by-id': 'tls1_2-ecdhe-rsa-chacha20-poly1305-resumed-by-id',
    'tls12-gcm-resumed-by-ticket': 'tls1_2-ecdhe-rsa-aes128-gcm-sha256-resumed-by-ticket',
    'tls12-ccm8': 'tls1_2-rsa_with_aes_128_ccm_8',
    'tls12-aria-gcm': 'tls1_2-psk_with_aria_256_gcm_sha384',
    'tls12-camellia-sha384-etm': 'tls1_2-ecdhe_ecdsa_with_camellia_256_cbc_sha384-etm',
    'tls11-cbc-mte': 'tls1_1-ecdhe_rsa_with_aes_256_cbc_sha-mte',
    'tls10-cbc-etm-renegotiated': 'tls1-ecdhe-rsa-aes128-sha-renegotiated',
    'tls10-null': 'tls1-rsa_with_null_md5',
    'tls10-rc4': 'gnutls-tls1.0-arcfour-128',
    'tls12-3des-mte': 'gnutls-tls1.2-3des-cbc-mte',
}

def certificates(folder):
    """Keys and self-signed certificates of each kind."""
    for kind, new in [('rsa', ['-newkey', 'rsa:2048']), ('ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'])]:
        run('openssl', 'req', '-x509', *new, '-nodes', '-days', '30', '-subj', '/CN=api.example.test', '-keyout', f'{folder}/{kind}.key', '-out', f'{folder}/{kind}.pem', check=True)
    run('openssl', 'dsaparam', '-out', f'{folder}/dsa.params', '1024', check=True)
    run('openssl', 'req', '-x509', '-newkey', f'dsa:{folder}/dsa.params', '-nodes', '-days', '30', '-subj', '/CN=api.example.test', '-keyout', f'{folder}/dsa.key', '-out', f'{folder}/dsa.pem', check=True)

def record(cell, folder, tls, seconds):
    """Records one cell; gives what each session sent: [(client, server)]. Runs inside the namespace."""
    run('ip', 'link', 'set', 'lo', 'up', check=True)
    keys, capture = f'{folder}/{cell.name}.keys', f'{folder}/{cell.name}.pcap'
    fill = lambda options: [o.replace('{tls}', tls) for o in options]
    log = open(f'{folder}/{cell.name}.log', 'wb')
    own = dict(stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder)
    kind = f'{tls}/{cell.kind}'
    if cell.gnutls:
        server = subprocess.Popen(['gnutls-serv', '--port', '443', '--echo', '--quiet', '--priority', cell.gnutls, '--x509keyfile', kind + '.key', '--x509certfile', kind + '.pem'], **own)
    else:
        server = subprocess.Popen(['openssl', 's_server', '-accept', '443', '-naccept', str(cell.sessions), '-cert', kind + '.pem', '-key', kind + '.key', *fill(cell.server)], **own)
    for _ in range(100):
        if ':01BB ' in open('/proc/net/tcp').read() + open('/proc/net/tcp6').read(): break
        time.sleep(0.05)
    sniffer = subprocess.Popen(['tcpdump', '-i', 'lo', '-U', '--immediate-mode', '-s', '0', '-w', capture, 'tcp', 'port', '443'], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    sniffer.stderr.readline()
    sent = []
    for number in range(cell.sessions):
        options = fill(cell.client)
        early = b''
        if cell.sessions > 1:
            options += ['-sess_out', f'{folder}/{cell.name}.session'] if number == 0 else ['-sess_in', f'{folder}/{cell.name}.session']
        if cell.early and number > 0:
            early = b'text in early data\n'
            open(f'{folder}/{cell.name}.early', 'wb').write(early)
            options += ['-early_data', f'{folder}/{cell.name}.early']
        if cell.gnutls:
            client = subprocess.Popen(['gnutls-cli', '--insecure', '--port', '443', '--priority', cell.gnutls, '127.0.0.1'], env={**os.environ, 'SSLKEYLOGFILE': keys}, **own)
        else:
            client = subprocess.Popen(['openssl', 's_client', '-connect', '127.0.0.1:443', '-servername', 'api.example.test', '-keylogfile', keys, *options], **own)
        time.sleep(seconds * 2)
        out, back, turns = early, b'', list(cell.turns)
        refused_early = early if 'retry' in cell.name else b''
        for ours, theirs in TEXTS:
            client.stdin.write(ours); client.stdin.flush(); out += ours
            time.sleep(seconds)
            if cell.gnutls:
                back += ours
                continue
            server.stdin.write(theirs); server.stdin.flush(); back += theirs
            time.sleep(seconds)
            for turn in turns[:2]:
                end = client if turn[0] == 'c' else server
                end.stdin.write(turn[1:].encode() + b'\n'); end.stdin.flush()
                time.sleep(seconds * 1.5)
            turns = turns[2:]
        if not cell.gnutls: client.stdin.write(b'Q\n')
        client.stdin.close()
        try: client.wait(5)
        except subprocess.TimeoutExpired: client.kill()
        sent.append((out, back, refused_early))
        time.sleep(seconds)
    time.sleep(seconds)
    sniffer.terminate(); sniffer.wait()
    server.kill(); server.wait()
    return sent

def follow(capture, keys, stream):
    out = run('tshark', '-r', capture, '-q', '-o', f'tls.keylog_file:{keys}', '-z', f'follow,tls,raw,{stream}').stdout.decode()
    sides = [b'', b'']
    for line in out.splitlines():
        if re.fullmatch(r'\t?[0-9a-f]+', line): sides[line.startswith('\t')] += bytes.fromhex(line.strip())
    return sides

def check(cell, folder, sent, options, keys=None):
    """What is wrong with a cell."""
    keys, capture = keys or f'{folder}/{cell.name}.keys', f'{folder}/{cell.name}.pcap'
    if not os.path.exists(keys) or b'RANDOM' not in open(keys, 'rb').read() + b'' and b'SECRET' not in open(keys, 'rb').read() and b'RSA ' not in open(keys, 'rb').read(): return 'not spoken'
    for number, (out, back, refused) in enumerate(sent):
        ours = []
        for side in ('out', 'in'):
            p = run(options.spider, 'content', '--session', str(number + 1), '--direction', side, '-o', 'raw', '--keylog', keys, capture)
            ours.append(p.stdout)
            note = p.stderr.decode().strip()
            allowed = refused and side == 'out'
            if p.returncode or note and not allowed: return f'session {number + 1} {side}: {note}'
        if ours[0] not in (out, out[len(refused):]) or ours[1] != back:
            return f'session {number + 1}: {[len(o) for o in ours]} bytes, sent {len(out)}, {len(back)}'
        if options.tshark and sorted(follow(capture, keys, number)) != sorted(ours):
            return f'session {number + 1}: tshark says {[len(o) for o in follow(capture, keys, number)]} bytes, and {[len(o) for o in ours]} are right'
    return ''

def fewer(cell, folder):
    """Parts of the key log that tell the rest: premaster secrets, and the master secret of the session that was resumed."""
    lines = open(f'{folder}/{cell.name}.keys').read().splitlines()
    premasters = [line for line in lines if line.startswith('RSA ')]
    # What is resumed, and what is agreed on anew under encryption, has no premaster secret in the clear.
    # With a PSK the premaster secret is only a part.
    if premasters and cell.sessions == 1 and 'renegotiated' not in cell.name and '_psk_' not in cell.name: yield 'premasters', premasters
    masters = [line for line in lines if line.startswith('CLIENT_RANDOM ')]
    if '-resumed-by-' in cell.name: yield 'first', masters[:1]

def check_fewer(cell, folder, sent, options):
    """What is wrong with a cell when its key log has less."""
    for kind, lines in fewer(cell, folder):
        keys = f'{folder}/{cell.name}.{kind}'
        open(keys, 'w').write('\n'.join(lines) + '\n')
        wrong = check(cell, folder, sent, options, keys)
        if wrong: return f'with {kind} alone: {wrong}'
    return ''

def one(cell, folder, tls, options):
    """Records a cell in a namespace of its own: this program again, for that cell alone."""
    run('unshare', '-n', sys.executable, os.path.abspath(__file__), '--record', cell.name, '--keep', folder, '--tls', tls, '--pause', str(options.pause if options else 0.15))
    path = f'{folder}/{cell.name}.sent'
    if not os.path.exists(path): return 'not recorded'
    if options is None: return ''
    sent = eval(open(path).read())
    return check(cell, folder, sent, options) or check_fewer(cell, folder, sent, options)

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--spider'); parser.add_argument('--small'); parser.add_argument('--keep'); parser.add_argument('--only', default=''); parser.add_argument('--tshark', action='store_true')
    parser.add_argument('--jobs', type=int, default=2); parser.add_argument('--record'); parser.add_argument('--tls'); parser.add_argument('--pause', type=float, default=0.15)
    options = parser.parse_args()
    every = {cell.name: cell for cell in cells()}
    if options.record:
        try: sent = record(every[options.record], options.keep, options.tls, options.pause)
        except BrokenPipeError: sent = []
        open(f'{options.keep}/{options.record}.sent', 'w').write(repr(sent))
        return 0
    folder = os.path.abspath(options.keep or tempfile.mkdtemp())
    os.makedirs(folder, exist_ok=True)
    tls = tempfile.mkdtemp()
    certificates(tls)
    if options.small:
        for name, cell in SMALL.items():
            one(every[cell], folder, tls, None)
            for ending in ('pcap', 'keys'): shutil.copy(f'{folder}/{cell}.{ending}', f'{options.small}/{name}.{ending}')
        return 0
    wanted = [cell for cell in every.values() if any(text in cell.name for text in options.only.split(','))]
    counts = {'good': 0, 'not spoken': 0, 'bad': 0}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for cell, wrong in zip(wanted, pool.map(lambda cell: one(cell, folder, tls, options), wanted)):
            key = {'': 'good', 'not spoken': 'not spoken'}.get(wrong, 'bad')
            counts[key] += 1
            if wrong: print(f'{cell.name}: {wrong}', flush=True)
    print(f'{len(wanted)} cells: {counts["good"]} good, {counts["bad"]} bad, {counts["not spoken"]} that these programs do not speak')
    shutil.rmtree(tls)
    return 1 if counts['bad'] else 0

if __name__ == '__main__': sys.exit(main())
